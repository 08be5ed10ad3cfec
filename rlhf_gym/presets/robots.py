"""Presets of the robots."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.agents.settings import NORMALISED
from rlhf_gym.presets.feedback_settings import FeedbackSettings
from rlhf_gym.presets.preset import AgentPreset
from rlhf_gym.reward_model.settings import ADAPTIVE_FIT, RewardModelSettings

__all__ = ["AGENTS", "FEEDBACK"]

_UNMEASURED = (
    "Ant-v5",
    "InvertedDoublePendulum-v5",
    "Walker2d-v5",
    "HalfCheetah-v5",
    "HalfCheetahOneLeg-v1",
    "Reacher-v5",
    "Swimmer-v5",
)

_ROBOT = FeedbackSettings(
    labels=700,
    clip_seconds=0.5,
    last_label=0.95,  # or agents learn to fall where no label says what that is worth
    reward_model=RewardModelSettings(hidden=(64, 64)),
)

_HOPPER = replace(
    _ROBOT,
    reward_model=replace(ADAPTIVE_FIT, hidden=(64, 64), updates=200, updates_per_label=20),
)

FEEDBACK: dict[str, FeedbackSettings] = {
    "Hopper-v5": _HOPPER,
    "HopperBackflip-v1": replace(_HOPPER, labels=900, clip_seconds=0.8),
    **dict.fromkeys(_UNMEASURED, _ROBOT),
}

_ROBOT_PPO = AgentPreset(
    steps=1_000_000,
    n_envs=8,
    norm_reward=True,
    agent={
        "n_steps": 512,
        "batch_size": 128,
        "n_epochs": 8,
        "learning_rate": "lin_3e-4",
        "policy_kwargs": {**NORMALISED, "log_std_init": -0.5},
    },
    measured="not measured; labels of Christiano et al. 2017, agent as for Hopper-v5",
)

AGENTS: dict[tuple[str, str], AgentPreset] = {
    ("Hopper-v5", "ppo"): replace(
        _ROBOT_PPO,
        steps=2_000_000,
        measured="2256, worst of 3 seeds 2121, from 700 labels (shuffled: -51, true reward: 2295)",
    ),
    ("HopperBackflip-v1", "ppo"): replace(
        _ROBOT_PPO,
        steps=900_000,
        measured="7.1, worst of 3 seeds 4.6, from 900 labels (shuffled: 0.4, random: 0.6)",
    ),
    **{(name, "ppo"): _ROBOT_PPO for name in _UNMEASURED},
}
