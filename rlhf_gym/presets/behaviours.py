"""Presets of behaviours for which there is no reward, and of the moving dots."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.presets.classic import CARTPOLE_PPO, PENDULUM_PPO
from rlhf_gym.presets.preset import Preset
from rlhf_gym.reward_model.settings import RewardModelSettings

__all__ = ["BEHAVIOURS"]

_MOVING_DOT = Preset(
    steps=40_000,
    n_envs=8,
    labels=100,
    clip_seconds=1.0,
    norm_reward=True,
    agent={
        "n_steps": 128,
        "batch_size": 256,
        "n_epochs": 4,
        "gamma": 0.9,
        "gae_lambda": 0.9,
        "ent_coef": 0.01,
        "learning_rate": 7e-4,
    },
    measured="-3.3, worst of 5 seeds -3.9, from 100 labels (shuffled: -15, true reward: -1.5)",
)

BEHAVIOURS: dict[tuple[str, str], Preset] = {
    ("MovingDot-v1", "ppo"): _MOVING_DOT,
    ("CartPoleWindmill-v1", "ppo"): replace(
        CARTPOLE_PPO,
        hold=None,
        measured="11.6, worst of 5 seeds 9.6, from 100 labels (shuffled: 0.1, random: 0.1)",
    ),
    ("PendulumSpin-v1", "ppo"): replace(
        PENDULUM_PPO,
        labels=100,
        clip_seconds=0.5,
        first_share=0.25,
        reward_model=RewardModelSettings(),
        measured="10.7, worst of 5 seeds 10.5, from 100 labels (shuffled: 1.2, random: 0.7)",
    ),
    ("LunarLanderHover-v1", "ppo"): Preset(
        steps=200_000,
        n_envs=16,
        hold=10,
        labels=200,
        clip_seconds=0.5,
        norm_reward=True,
        agent={
            "n_steps": 256,
            "batch_size": 128,
            "n_epochs": 10,
            "gamma": 0.99,
            "gae_lambda": 0.95,
            "learning_rate": "lin_1e-3",
        },
        measured="294.4, worst of 5 seeds 185.5, from 200 labels (shuffled: 0.0, random: 9.1)",
    ),
    ("MovingDotSecret-v1", "ppo"): replace(
        _MOVING_DOT,
        measured="43.4, worst of 5 seeds 41.8, from 100 labels (shuffled: 0.1, random: 4.0)",
    ),
}
