"""Builders of what many tests need: a clip, a query, a buffer, a reward model, a run.

What a test does not name has a small default; what it names is the point of the test.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["LEFT_RIGHT", "NUMBER", "SMALL_RUN", "a_buffer", "a_clip", "a_model", "a_query", "a_run"]

NUMBER = spaces.Box(0, np.inf, (1,), np.float32)
FOUR_NUMBERS = spaces.Box(-3, 3, (4,))
LEFT_RIGHT = spaces.Discrete(2)
SMALL_RUN = TrainSettings(
    env_id="Pendulum-v1", labels=4, steps=600, n_envs=4, evaluation_episodes=1, device="cpu"
)


def a_clip(
    *true_rewards: float, observations: Any = None, actions: Any = None, **others: Any
) -> Clip:
    """A clip with a step for each true reward; by default it shows and does nothing but zeros.

    Args:
        true_rewards: of each step.
        observations: ``(n, *obs)``.
        actions: ``(n, *act)``.
        others: further fields of `Clip`.
    """
    n = len(true_rewards)
    return Clip(
        np.zeros((n, 1)) if observations is None else observations,
        np.zeros(n) if actions is None else actions,
        np.array(true_rewards, np.float32),
        **others,
    )


def a_query(first: Clip | float = 1.0, second: Clip | float = 0.0, **others: Any) -> Query:
    """A query about two clips, which may be given by the true reward of their only step."""
    pair = [clip if isinstance(clip, Clip) else a_clip(clip) for clip in (first, second)]
    return Query((pair[0], pair[1]), **others)


def a_buffer(
    clip_length: int = 2, n_envs: int = 1, observed: spaces.Space[Any] = NUMBER, **others: Any
) -> ClipBuffer:
    """An empty buffer, by default of one environment that shows a number."""
    return ClipBuffer(observed, LEFT_RIGHT, n_envs, clip_length, **others)


def a_model(
    seed: int = 0,
    *,
    observed: spaces.Space[Any] = FOUR_NUMBERS,
    acted: spaces.Space[Any] = LEFT_RIGHT,
    **settings: Any,
) -> RewardEnsemble:
    """A reward model on the CPU that has learned nothing yet."""
    chosen = RewardModelSettings(**settings)
    return RewardEnsemble(observed, acted, chosen, seed=seed, device="cpu")


def a_run(folder: Path, video_seconds: float = 0.0, **changes: Any) -> list[str]:
    """Train as `SMALL_RUN` says, with changes; gives what was said on the way."""
    from rlhf_gym.runs.train import train  # imports stable-baselines3

    said: list[str] = []
    settings = replace(SMALL_RUN, **changes)
    train(settings, folder, progress=False, video_seconds=video_seconds, log=said.append)
    return said
