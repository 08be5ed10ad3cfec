"""SmallBatches: numpy and tensors agree."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
from stepping import steps

from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings
from rlhf_gym.reward_model.ensemble import SMALL_BATCH

NUMBERS = gym.spaces.Box(-np.inf, np.inf, (4,), np.float32)


@pytest.mark.parametrize("clip_inputs", [np.inf, 0.5])
@pytest.mark.parametrize("hidden", [(8,), (16, 8), (8, 8, 8)])
def test_few_and_many_steps_get_the_same_rewards(
    hidden: tuple[int, ...], clip_inputs: float
) -> None:
    settings = RewardModelSettings(hidden=hidden, clip_inputs=clip_inputs)
    model = RewardEnsemble(NUMBERS, gym.spaces.Discrete(3), settings)
    rng = np.random.default_rng(0)
    observations = rng.normal(3, 10, (SMALL_BATCH + 1, 4)).astype(np.float32)
    actions = rng.integers(3, size=SMALL_BATCH + 1)
    recent = steps(observations, actions)
    model.normalise(recent)
    many, few = model.predict(recent), model.predict(recent[:7])
    assert few.dtype == many.dtype == np.float32
    np.testing.assert_allclose(few, many[:7], rtol=1e-4, atol=1e-5)


def test_few_steps_follow_a_new_normalisation() -> None:
    model = RewardEnsemble(NUMBERS, gym.spaces.Discrete(3))
    observations = np.random.default_rng(0).normal(0, 1, (8, 4)).astype(np.float32)
    recent = steps(observations, np.zeros(8, np.int64))
    before = model.predict(recent)
    model.normalise(recent)
    after = model.predict(recent)
    assert not np.allclose(before, after)
    assert abs(float(after.mean())) < 1e-5
