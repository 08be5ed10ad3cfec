"""filled_in: what is left open follows from the observations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from rlhf_gym.reward_model import RewardModelSettings
from rlhf_gym.reward_model.filled_in import filled_in

NUMBERS, STATE = spaces.Box(-1, 1, (3,)), spaces.Discrete(16)
PICTURE = spaces.Box(0, 255, (24, 24, 3), np.uint8)


@pytest.mark.parametrize(
    ("space", "members", "updates", "adaptive"),
    [
        (NUMBERS, 7, 200, False),
        (STATE, 7, 200, False),
        (PICTURE, 3, 50, True),
        (spaces.Dict({"seen": PICTURE, "told": NUMBERS}), 3, 50, True),
        (spaces.Dict({"here": STATE, "told": NUMBERS}), 7, 200, False),
    ],
)
def test_a_fit_is_strongly_regularised_but_cheap_with_images(
    space: Any, members: int, updates: int, adaptive: bool
) -> None:
    found = filled_in(RewardModelSettings(), space)
    assert (found.members, found.updates, found.adaptive) == (members, updates, adaptive)
    assert found.weight_decay == (1e-3 if adaptive else 1.0)


def test_what_a_step_led_to_is_seen_where_an_observation_is_the_number_of_a_state() -> None:
    seen = [filled_in(RewardModelSettings(), space) for space in (STATE, NUMBERS, PICTURE)]
    assert [each.uses_next_observations for each in seen] == [True, False, False]


def test_what_was_given_stays_even_where_it_is_off() -> None:
    given = RewardModelSettings(members=2, weight_decay=0.0, uses_next_observations=False)
    found = filled_in(given, STATE)
    assert (found.members, found.weight_decay, found.uses_next_observations) == (2, 0.0, False)
    assert found.updates == 200


@pytest.mark.parametrize(
    ("space", "adaptive", "whole"),
    [(NUMBERS, None, False), (NUMBERS, True, True), (PICTURE, None, True), (PICTURE, False, False)],
)
def test_an_adaptive_fit_takes_every_step_of_a_clip(
    space: Any, adaptive: bool | None, whole: bool
) -> None:
    found = filled_in(RewardModelSettings(adaptive=adaptive), space)
    assert (found.steps_per_clip > 24) == whole
    assert filled_in(RewardModelSettings(steps_per_clip=5), space).steps_per_clip == 5
