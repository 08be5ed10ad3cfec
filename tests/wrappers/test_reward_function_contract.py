"""The reward functions of the package keep the contract; one that breaks it is told how."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from rlhf_gym.clips.steps import Transitions
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.wrappers.contract import check_reward_function

OBSERVED = gym.spaces.Dict({"x": gym.spaces.Box(-1, 1, (3,)), "goal": gym.spaces.Discrete(4)})
ACTED = gym.spaces.Box(-1, 1, (2,))


def effort(steps: Transitions) -> Any:
    return -np.square(steps.actions).sum(axis=1)


def progress(steps: Transitions) -> Any:
    seen: Any = steps.next_observations
    before: Any = steps.observations
    return np.where(steps.absorbing, 0.0, (seen["x"] - before["x"])[:, 0] + 10 * steps.terminated)


def test_an_ensemble_and_plain_functions_are_reward_functions() -> None:
    for function in (effort, progress, RewardEnsemble(OBSERVED, ACTED, device="cpu").predict):
        check_reward_function(function, OBSERVED, ACTED)


def not_finite(steps: Transitions) -> Any:
    return np.log(-np.abs(steps.actions[:, 0]) - 1)


def of_the_batch(steps: Transitions) -> Any:
    return steps.actions[:, 0] - steps.actions[0, 0]


def noisy(steps: Transitions, rng: Any = np.random.default_rng(0)) -> Any:  # noqa: B008
    return rng.normal(size=len(steps))


def changes_its_input(steps: Transitions) -> Any:
    steps.actions[:] = 0
    return np.zeros(len(steps))


@pytest.mark.filterwarnings("ignore:invalid value encountered in log")
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda steps: np.zeros((len(steps), 1)), r"shape \(7,\), but the shape is \(7, 1\)"),
        (not_finite, "must be finite numbers"),
        (changes_its_input, "must not change the steps"),
        (noisy, "the same steps must get the same rewards"),
        (of_the_batch, "must not depend on where it is in a batch"),
    ],
)
def test_what_breaks_the_contract_is_named(function: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_reward_function(function, OBSERVED, ACTED)
