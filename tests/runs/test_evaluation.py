"""True returns on the untouched environment, and videos."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from stable_baselines3 import DQN, PPO

from rlhf_gym.media import decode
from rlhf_gym.runs.evaluation import can_be_drawn, record_video, true_returns


@pytest.fixture(scope="module")
def agent() -> PPO:
    return PPO("MlpPolicy", "CartPole-v1", seed=0, device="cpu")


def test_returns_are_the_true_ones_of_whole_episodes_and_repeat_with_their_seed(agent: PPO) -> None:
    returns = true_returns(agent, "CartPole-v1", 10, seed=3)
    assert len(returns) == 10 and all(8 <= value <= 500 for value in returns)
    assert returns == true_returns(agent, "CartPole-v1", 10, seed=3)
    assert returns != true_returns(agent, "CartPole-v1", 10, seed=4)


def test_sampled_actions_change_no_random_numbers_of_the_training() -> None:
    explorer = DQN("MlpPolicy", "CartPole-v1", seed=0, device="cpu")
    torch.manual_seed(5)

    def drawn(measure: bool) -> tuple[float, ...]:
        explorer.set_random_seed(3)
        if measure:
            true_returns(explorer, "CartPole-v1", 2, deterministic=False)
        numbers = float(torch.rand(())), float(np.random.rand()), random.random()
        return *numbers, *(float(explorer.action_space.sample()) for _ in range(20))

    assert drawn(measure=True) == drawn(measure=False)


def test_an_environment_without_a_limit_is_cut_at_the_horizon() -> None:
    walker = PPO("MlpPolicy", gym.make("CliffWalking-v1", max_episode_steps=30), device="cpu")
    returns = true_returns(walker, "CliffWalking-v1", 3, horizon=20)
    assert all(-20 * 100 <= value <= -1 for value in returns)


def test_actions_are_given_as_the_environment_has_them(tmp_path: Path) -> None:
    skater = PPO("MlpPolicy", "FrozenLake-v1", seed=0, device="cpu")
    record_video(skater, "FrozenLake-v1", tmp_path / "agent.mp4")
    assert len(decode(tmp_path / "agent.mp4")) >= 30


def test_no_episodes_are_refused(agent: PPO) -> None:
    with pytest.raises(ValueError, match="episodes must be at least 1, but is 0"):
        true_returns(agent, "CartPole-v1", 0)


def test_a_video_shows_eight_seconds_and_leaves_the_surroundings_alone(
    agent: PPO, tmp_path: Path
) -> None:
    before = dict(os.environ)
    assert can_be_drawn("CartPole-v1")
    record_video(agent, "CartPole-v1", tmp_path / "videos" / "agent.mp4")
    frames = decode(tmp_path / "videos" / "agent.mp4")
    assert frames.shape == (400, 400, 600, 3)  # 8 s at 50 frames a second
    assert dict(os.environ) == before


class Left:
    """Always pushes the cart to the left, so that the pole falls within 9 or 10 steps."""

    def predict(
        self, observation: Any, state: Any = None, start: Any = None, deterministic: bool = False
    ) -> tuple[Any, Any]:
        return np.zeros(np.shape(observation)[:-1], int), state


def test_a_video_holds_the_last_picture_of_an_episode(tmp_path: Path) -> None:
    record_video(Left(), "CartPole-v1", tmp_path / "agent.mp4", seconds=2)
    frames = decode(tmp_path / "agent.mp4").astype(int)
    moved = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
    restart = int(np.argmax(moved > 1))  # the cart is back in the middle
    assert len(frames) == 100 and 33 <= restart <= 35  # 8 to 10 steps, and half a second at 50 fps
    assert moved[restart - 25 : restart].max() < 0.05 and moved[restart - 26] > 0.3


def test_evaluation_says_how_many_episodes_have_ended(agent: PPO) -> None:
    told: list[int] = []
    true_returns(agent, "CartPole-v1", 3, progress=told.append)
    assert told[0] == 0 and told == sorted(told) and set(told) >= {0, 1, 2}


def test_a_video_of_125_steps_a_second_shows_every_third(
    agent: PPO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CartPoleEnv.metadata, "render_fps", 125)
    record_video(agent, "CartPole-v1", tmp_path / "agent.mp4", seconds=2)
    assert len(decode(tmp_path / "agent.mp4")) == 84  # 2 s: 250 steps
