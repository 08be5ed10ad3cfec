"""Presets of behaviours for which there is no reward, and of the moving dots."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.presets.classic import CARTPOLE_PPO, PENDULUM_PPO, PPO_SMALL
from rlhf_gym.presets.feedback_settings import FeedbackSettings
from rlhf_gym.presets.preset import AgentPreset
from rlhf_gym.reward_model.settings import ADAPTIVE_FIT

__all__ = ["AGENTS", "FEEDBACK"]

_DOT = FeedbackSettings(labels=100, clip_seconds=1.0)

FEEDBACK: dict[str, FeedbackSettings] = {
    "MovingDot-v1": _DOT,
    "MovingDotSecret-v1": _DOT,
    "CartPoleWindmill-v1": FeedbackSettings(
        labels=100, clip_seconds=0.5, reward_model=ADAPTIVE_FIT
    ),
    "PendulumSpin-v1": FeedbackSettings(labels=100, clip_seconds=0.5, reward_model=ADAPTIVE_FIT),
    "LunarLanderHover-v1": FeedbackSettings(
        labels=200, clip_seconds=0.5, reward_model=ADAPTIVE_FIT
    ),
}

_DOT_PPO = AgentPreset(
    steps=40_000,
    n_envs=8,
    norm_reward=True,
    agent={
        **PPO_SMALL,
        "n_steps": 128,
        "n_epochs": 4,
        "gamma": 0.9,
        "gae_lambda": 0.9,
        "ent_coef": 0.01,
        "learning_rate": 7e-4,
    },
    measured="-3.3, worst of 5 seeds -3.9, from 100 labels (shuffled: -15, true reward: -1.5)",
)

AGENTS: dict[tuple[str, str], AgentPreset] = {
    ("MovingDot-v1", "ppo"): _DOT_PPO,
    ("MovingDotSecret-v1", "ppo"): replace(
        _DOT_PPO,
        measured="43.4, worst of 5 seeds 41.8, from 100 labels (shuffled: 0.1, random: 4.0)",
    ),
    ("CartPoleWindmill-v1", "ppo"): replace(
        CARTPOLE_PPO,
        measured="11.6, worst of 5 seeds 9.6, from 100 labels (shuffled: 0.1, random: 0.1)",
    ),
    ("PendulumSpin-v1", "ppo"): replace(
        PENDULUM_PPO,
        measured="10.7, worst of 5 seeds 10.5, from 100 labels (shuffled: 1.2, random: 0.7)",
    ),
    ("LunarLanderHover-v1", "ppo"): AgentPreset(
        steps=200_000,
        n_envs=16,
        norm_reward=True,
        agent={**PPO_SMALL, "n_steps": 256, "batch_size": 128, "learning_rate": "lin_1e-3"},
        measured="294.4, worst of 5 seeds 185.5, from 200 labels (shuffled: 0.0, random: 9.1)",
    ),
}
