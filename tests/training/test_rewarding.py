"""What is paid for a step."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.steps import After
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.rewarding import Rewarding

SPACE = gym.spaces.Box(-10, 10, (2,))
ACTIONS = gym.spaces.Discrete(2)
AFTER = After(np.zeros((2, 2), np.float32), np.zeros(2, bool))


def filled(
    held_from: int = 10**9, ends_differ: bool = False
) -> tuple[Rewarding, RewardModel, ClipBuffer]:
    """Two environments, of which the second is held from a step on."""
    rng = np.random.default_rng(0)
    buffer = ClipBuffer(SPACE, ACTIONS, 2, 3, ends_differ=ends_differ)
    for step in range(500):
        infos: list[dict[str, object]] = [{}, {"held": step >= held_from}]
        observations = rng.normal(5.0, 2.0, (2, 2)).astype(np.float32)
        actions = rng.integers(2, size=2)
        buffer.add(observations, actions, np.zeros(2), np.zeros(2, bool), infos)
    model = RewardModel(SPACE, ACTIONS, seed=0, device="cpu")
    return Rewarding(model, buffer, rng), model, buffer


def test_after_a_refresh_recent_rewards_have_mean_0_and_each_member_deviation_1() -> None:
    rewarding, model, buffer = filled()
    rewarding.refresh()
    observations, actions, _, _ = buffer.transitions(5000, np.random.default_rng(1))
    rewards = model.predict(observations, actions)
    assert rewards.mean() == pytest.approx(0.0, abs=0.1)
    assert 0.1 < rewards.std() <= 1.05


def test_a_held_state_is_paid_the_mean_of_all_held_states() -> None:
    rewarding, model, buffer = filled(held_from=400)
    rewarding.refresh()
    observations, actions, _, _ = buffer.transitions(5000, np.random.default_rng(1), held=True)
    mean = model.predict(observations, actions).mean()
    step = np.array([[5.0, 5.0], [-9.0, 9.0]], np.float32), np.array([0, 1])
    paid = rewarding(*step, AFTER)
    assert paid[0] == pytest.approx(model.predict(*step)[0])
    assert paid[1] == pytest.approx(mean, abs=0.2)
    assert rewarding(step[0][::-1], step[1][::-1], AFTER)[1] == paid[1] != 0.0


def test_where_ends_differ_what_is_behind_them_is_worth_nothing_but_differs() -> None:
    rewarding, model, buffer = filled(held_from=400, ends_differ=True)
    rewarding.refresh()
    observations, actions, _, _ = buffer.transitions(5000, np.random.default_rng(1), held=True)
    assert model.predict(observations, actions).mean() == pytest.approx(0.0, abs=0.1)
    step = np.array([[5.0, 5.0], [-9.0, 9.0]], np.float32), np.array([0, 1])
    np.testing.assert_allclose(rewarding(*step, AFTER), model.predict(*step))
