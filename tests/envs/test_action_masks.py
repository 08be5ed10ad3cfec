"""Random actions that an environment allows."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
from boards import Board
from gymnasium import spaces

from rlhf_gym.envs.action_masks import action_mask, sample_action, sample_allowed


@pytest.mark.parametrize("kind", ["discrete", "several", "switches"])
def test_sampled_actions_are_allowed_and_all_that_are_come_up(kind: str) -> None:
    env = gym.wrappers.TimeLimit(Board(kind), 1000)
    env.action_space.seed(0)
    env.reset(seed=0)
    taken = set()
    for _ in range(100):
        action = sample_action(env)
        env.step(action)  # raises at one that is not
        taken.add(str(action))
    assert len(taken) == {"discrete": 4, "several": 4, "switches": 2}[kind]


def test_a_mask_may_be_nested_or_allow_nothing() -> None:
    grid = spaces.MultiDiscrete(np.full((2, 2), 2))
    mask = np.array([1, 0, 0, 1, 1, 0, 0, 1], bool)
    assert sample_allowed(grid, mask).tolist() == [[0, 1], [0, 1]]
    assert 0 <= sample_allowed(spaces.Discrete(3), np.zeros(3, bool)) < 3


def test_an_environment_without_masks_allows_all() -> None:
    env = gym.make("CartPole-v1")
    assert action_mask(env) is None
    env.action_space.seed(0)
    assert {int(sample_action(env)) for _ in range(20)} == {0, 1}
