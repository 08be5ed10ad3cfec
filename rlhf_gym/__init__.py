"""rlhf-gym: people teach stable-baselines3 agents by comparing clips.

Importing it registers the environments and nothing heavy: each name below is loaded when it is
first used.

>>> import gymnasium as gym
>>> gym.make("rlhf/CartPole-v1").spec.id
'rlhf/CartPole-v1'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazy_loader import attach

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
        PersonTeacher,
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

__all__ = [
    "A3C",
    "Clip",
    "FeedbackStore",
    "FixedHorizon",
    "FunctionTeacher",
    "HumanFeedback",
    "Judgement",
    "LearnedReward",
    "PersonTeacher",
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

_late, __dir__, _ = attach(
    __name__,
    submod_attrs={
        "agents.a3c.agent": ["A3C"],
        "clips.clip": ["Clip"],
        "clips.steps": ["Transitions"],
        "environments.atari": ["make_atari"],
        "environments.make": ["make_env", "make_vec_env"],
        "envs.known": ["score_of", "tastes_of"],
        "feedback": ["FeedbackStore"],
        "feedback.judgement": ["Judgement", "Preference"],
        "feedback.query": ["Query"],
        "presets": ["preset_of"],
        "reward_model": ["RewardEnsemble", "RewardModel", "RewardModelSettings"],
        "runs.evaluation": ["true_returns"],
        "teachers": [
            "FunctionTeacher",
            "PersonTeacher",
            "Population",
            "ScriptedTeacher",
            "SyntheticTeacher",
            "WindowTeacher",
        ],
        "teachers.teacher": ["Teacher"],
        "training.human_feedback": ["HumanFeedback"],
        "wrappers.fixed_horizon": ["FixedHorizon"],
        "wrappers.learned_reward": ["LearnedReward", "VecLearnedReward"],
    },
)


def __getattr__(name: str) -> Any:
    """Load a name of `__all__` when it is first used."""
    return _after() if name == "After" else _late(name)


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
