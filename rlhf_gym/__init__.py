"""rlhf-gym: people teach stable-baselines3 agents by comparing clips.

Importing it registers the environments and nothing heavy: each name below is loaded when it is
first used.

>>> import gymnasium as gym
>>> gym.make("rlhf/CartPole-v1").spec.id
'rlhf/CartPole-v1'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import rlhf_gym.envs  # noqa: F401  registers the environments

if TYPE_CHECKING:
    from rlhf_gym.agents.a3c.agent import A3C
    from rlhf_gym.clips.clip import Clip
    from rlhf_gym.clips.steps import Transitions
    from rlhf_gym.environments.atari import make_atari
    from rlhf_gym.environments.make import make_env, make_vec_env
    from rlhf_gym.envs.known import score_of, tastes_of
    from rlhf_gym.feedback import FeedbackStore
    from rlhf_gym.feedback.judgement import Judgement, Preference
    from rlhf_gym.feedback.query import Query
    from rlhf_gym.presets import preset_of
    from rlhf_gym.reward_model import RewardEnsemble, RewardModel, RewardModelSettings
    from rlhf_gym.runs.evaluation import true_returns
    from rlhf_gym.teachers import (
        FunctionTeacher,
        Population,
        ScriptedTeacher,
        SyntheticTeacher,
        WindowTeacher,
    )
    from rlhf_gym.teachers.teacher import Teacher
    from rlhf_gym.training.human_feedback import HumanFeedback
    from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
    from rlhf_gym.wrappers.learned_reward import LearnedReward, VecLearnedReward

__version__ = "0.2.0"

_MODULES = {
    "A3C": "agents.a3c.agent",
    "Clip": "clips.clip",
    "FeedbackStore": "feedback",
    "FixedHorizon": "wrappers.fixed_horizon",
    "FunctionTeacher": "teachers",
    "HumanFeedback": "training.human_feedback",
    "Judgement": "feedback.judgement",
    "LearnedReward": "wrappers.learned_reward",
    "Population": "teachers",
    "Preference": "feedback.judgement",
    "Query": "feedback.query",
    "RewardEnsemble": "reward_model",
    "RewardModel": "reward_model",
    "RewardModelSettings": "reward_model",
    "ScriptedTeacher": "teachers",
    "SyntheticTeacher": "teachers",
    "Teacher": "teachers.teacher",
    "Transitions": "clips.steps",
    "VecLearnedReward": "wrappers.learned_reward",
    "WindowTeacher": "teachers",
    "make_atari": "environments.atari",
    "make_env": "environments.make",
    "make_vec_env": "environments.make",
    "preset_of": "presets",
    "score_of": "envs.known",
    "tastes_of": "envs.known",
    "true_returns": "runs.evaluation",
}

__all__ = [
    "A3C",
    "Clip",
    "FeedbackStore",
    "FixedHorizon",
    "FunctionTeacher",
    "HumanFeedback",
    "Judgement",
    "LearnedReward",
    "Population",
    "Preference",
    "Query",
    "RewardEnsemble",
    "RewardModel",
    "RewardModelSettings",
    "ScriptedTeacher",
    "SyntheticTeacher",
    "Teacher",
    "Transitions",
    "VecLearnedReward",
    "WindowTeacher",
    "make_atari",
    "make_env",
    "make_vec_env",
    "preset_of",
    "score_of",
    "tastes_of",
    "true_returns",
]


def __getattr__(name: str) -> Any:
    """Load a name of `__all__` when it is first used."""
    if name == "After":
        return _after()
    if name not in _MODULES:
        raise AttributeError(f"module 'rlhf_gym' has no attribute {name!r}")
    value = getattr(import_module(f"rlhf_gym.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def _after() -> Any:
    import warnings

    from rlhf_gym.wrappers.old_reward_function import After

    warnings.warn(
        "After will be removed in version 0.3.0: reward functions take Transitions, which hold "
        "next_observations and terminated",
        DeprecationWarning,
        stacklevel=3,
    )
    return After


def __dir__() -> list[str]:
    """All names, loaded or not."""
    return [*__all__, "__version__"]
