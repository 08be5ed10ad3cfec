"""What a person could not see is marked in the pictures that are made for people."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import rlhf_gym.envs  # noqa: F401  registers the environments
from rlhf_gym.clips.rendering import frame_of, off_screen


@pytest.mark.parametrize("env_id", ["LunarLander-v3", "rlhf/LunarLander-v3"])
def test_a_lander_above_the_picture_is_marked_at_its_edge(env_id: str) -> None:
    env: Any = gym.make(env_id, render_mode="rgb_array")
    env.reset(seed=1)
    assert np.array_equal(frame_of(env), env.render())  # it can be seen
    env.unwrapped.lander.position = (9, 18.4)  # 5 m above the picture's 400 / 30 m
    marked, bare = frame_of(env), env.render()
    differs = np.argwhere((marked != bare).any(axis=2))
    assert len(differs) > 100 and differs[:, 0].max() < 40
    assert differs[:, 1].min() < 9 * 30 < differs[:, 1].max()


@pytest.mark.filterwarnings("ignore")
def test_an_arrow_shows_which_way_is_backwards() -> None:
    pytest.importorskip("mujoco")
    with off_screen():
        env = gym.make("rlhf/HopperBackflip-v1", render_mode="rgb_array")
        env.reset(seed=0)
        try:
            bare: Any = env.render()
        except RuntimeError as error:
            pytest.skip(str(error))
        differs = np.argwhere((frame_of(env) != bare).any(axis=2))
    assert len(differs) > 100 and differs[:, 0].max() < 60 and differs[:, 1].min() > 300
