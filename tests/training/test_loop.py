"""The scale of the learned reward."""

from __future__ import annotations

from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest
from stepping import add, steps

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.envs.step_notes import noted
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.training.loop import refresh_scale

SPACE = gym.spaces.Box(-10, 10, (2,))
ACTIONS = gym.spaces.Discrete(2)
STEP = steps(np.array([[5.0, 5.0], [-9.0, 9.0]], np.float32), np.array([0, 1]))
SECOND_IS_OVER = replace(STEP, absorbing=np.array([False, True]))


def refreshed(
    absorbing_from: int = 10**9, valued_terminals: bool = False
) -> tuple[RewardEnsemble, ClipBuffer]:
    """Two environments, of which the second is over from a step on."""
    rng = np.random.default_rng(0)
    buffer = ClipBuffer(SPACE, ACTIONS, 2, 3, valued_terminals=valued_terminals)
    for step in range(500):
        infos: list[dict[str, object]] = [{}, noted({}, absorbing=step >= absorbing_from)]
        observations = rng.normal(5.0, 2.0, (2, 2)).astype(np.float32)
        add(buffer, observations, rng.integers(2, size=2), np.zeros(2), np.zeros(2, bool), infos)
    model = RewardEnsemble(SPACE, ACTIONS, seed=0, device="cpu")
    refresh_scale(model, buffer, rng)
    return model, buffer


def test_after_a_refresh_recent_rewards_have_mean_0_and_each_member_deviation_1() -> None:
    model, buffer = refreshed()
    rewards = model.predict(buffer.transitions(5000, np.random.default_rng(1)))
    assert rewards.mean() == pytest.approx(0.0, abs=0.1)
    assert 0.1 < rewards.std() <= 1.05


def test_an_absorbing_step_gets_the_mean_reward_of_all_absorbing_steps() -> None:
    model, buffer = refreshed(absorbing_from=400)
    absorbing = buffer.transitions(5000, np.random.default_rng(1), absorbing=True)
    mean = model.predict(replace(absorbing, absorbing=np.zeros(5000, bool))).mean()
    rewards = model.predict(SECOND_IS_OVER)
    assert rewards[0] == pytest.approx(model.predict(STEP)[0])
    assert rewards[1] == pytest.approx(mean, abs=0.2)
    others = replace(STEP[::-1], absorbing=np.array([False, True]))
    assert model.predict(others)[1] == rewards[1] != 0.0


def test_where_terminal_states_are_valued_absorbing_steps_are_worth_nothing_but_differ() -> None:
    model, buffer = refreshed(absorbing_from=400, valued_terminals=True)
    absorbing = buffer.transitions(5000, np.random.default_rng(1), absorbing=True)
    assert model.predict(absorbing).mean() == pytest.approx(0.0, abs=0.1)
    np.testing.assert_allclose(model.predict(SECOND_IS_OVER), model.predict(STEP))
