"""Trainings of a few hundred steps."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.presets import FeedbackSettings

SHORT_PPO: dict[str, Any] = {"n_steps": 64, "batch_size": 64, "n_epochs": 1}
OFF_POLICY: dict[str, Any] = {"learning_starts": 50, "batch_size": 16}


def feedback_of(teacher: Any = "synthetic", labels: int = 6, **settings: Any) -> HumanFeedback:
    """A plug-in with small settings; those that are no settings of feedback are its arguments."""
    known = {field.name for field in fields(FeedbackSettings)} - {"reward_model"}
    arguments = {name: value for name, value in settings.items() if name not in known}
    asking = {"clip_length": 10, "first_share": 0.25, "strategy": "disagreement"}
    asking |= {name: value for name, value in settings.items() if name in known}
    return HumanFeedback(teacher, labels, settings=asking, device="cpu", **arguments)


def trained(
    feedback: HumanFeedback,
    steps: int = 600,
    env_id: str = "CartPole-v1",
    algorithm: type[BaseAlgorithm] = PPO,
    n_envs: int = 2,
    policy: str = "MlpPolicy",
    callbacks: tuple[BaseCallback, ...] = (),
    **settings: Any,
) -> BaseAlgorithm:
    env = feedback.wrap(make_vec_env(env_id, n_envs, seed=0))
    settings = settings or (SHORT_PPO if algorithm is PPO else {})
    agent = algorithm(policy, env, seed=0, device="cpu", **settings)
    return agent.learn(steps, callback=[feedback, *callbacks])
