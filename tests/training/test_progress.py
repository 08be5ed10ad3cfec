"""How far a training is."""

from __future__ import annotations

from typing import Any

import pytest
from stable_baselines3 import DQN, PPO, TD3
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import make_vec_env
from rlhf_gym.training.progress import share_of_training


@pytest.mark.parametrize(
    ("kind", "env_id", "settings", "last"),
    [
        (PPO, "CartPole-v1", {"n_steps": 50, "batch_size": 50}, 1000 - 2 * 50 - 100),
        (DQN, "CartPole-v1", {"train_freq": 4, "buffer_size": 10}, 1000 - 2 * 4 - 100),
        # of an agent that trains after each episode, the horizon bounds the steps of a rollout
        (TD3, "Pendulum-v1", {"train_freq": (1, "episode"), "buffer_size": 10}, 1000 - 200 - 100),
    ],
)
def test_the_share_is_1_at_the_start_of_the_last_rollout_and_leaves_the_warm_up_out(
    kind: type[BaseAlgorithm], env_id: str, settings: dict[str, Any], last: int
) -> None:
    n_envs = 1 if kind is TD3 else 2
    agent = kind("MlpPolicy", make_vec_env(env_id, n_envs), device="cpu", **settings)
    assert share_of_training(agent, 100, 1000, warm_up=100) == 0.0
    assert share_of_training(agent, 100 + last // 2, 1000, warm_up=100) == pytest.approx(0.5)
    assert share_of_training(agent, 100 + last, 1000, warm_up=100) == 1.0


def test_a_training_of_one_rollout_is_at_its_end_from_the_start() -> None:
    agent = PPO("MlpPolicy", make_vec_env("CartPole-v1", 2), n_steps=50, batch_size=50)
    assert share_of_training(agent, 0, 100, warm_up=0) == 1.0
