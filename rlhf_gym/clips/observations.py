"""Batches of observations: one array, or one array a key for Dict observation spaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

__all__ = [
    "Array",
    "Observations",
    "batch_of_one",
    "check_spaces",
    "leaves",
    "map_leaves",
    "unreadable",
    "zeros_of",
]

Array: TypeAlias = npt.NDArray[Any]
Observations: TypeAlias = "Array | dict[str, Array]"
"""A batch of observations: one array, or one array a key for Dict observation spaces."""


def leaves(observations: Observations) -> list[Array]:
    """The arrays of a batch of observations, in the order of their keys."""
    if isinstance(observations, Mapping):
        return [observations[key] for key in sorted(observations)]
    return [observations]


def batch_of_one(observation: Any) -> Observations:
    """A single observation as a batch, copied."""
    return map_leaves(lambda leaf: np.array(leaf)[None], observation)


def map_leaves(function: Callable[[Array], Array], observations: Observations) -> Observations:
    """Apply ``function`` to each array of a batch of observations."""
    if isinstance(observations, Mapping):
        return {key: function(array) for key, array in observations.items()}
    return function(observations)


def zeros_of(space: gym.Space[object]) -> Observations:
    """A single observation of zeros.

    >>> zeros_of(gym.spaces.Dict({"x": gym.spaces.Box(-1, 1, (2,))}))
    {'x': array([0., 0.], dtype=float32)}
    """
    if isinstance(space, gym.spaces.Dict):
        return {key: np.zeros(part.shape or (), part.dtype) for key, part in space.items()}
    return np.zeros(space.shape or (), space.dtype)


_READABLE = (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)


def check_spaces(observations: spaces.Space[Any], actions: spaces.Space[Any]) -> None:
    """Refuse spaces that a reward model cannot read.

    Raises:
        ValueError: one is none of those that can be read; the message names them.
    """
    parts = observations.values() if isinstance(observations, spaces.Dict) else [observations]
    for space, what in [*((part, "observation") for part in parts), (actions, "action")]:
        if not isinstance(space, _READABLE):
            raise unreadable(space, what)


def unreadable(space: spaces.Space[Any], what: str) -> ValueError:
    """The error that an observation or action space cannot be read, with those that can."""
    return ValueError(
        f"the reward model cannot read the {what} space {space}; it reads Box, Discrete, "
        "MultiDiscrete, MultiBinary and (for observations) a Dict of these: convert the "
        "space with a wrapper such as gymnasium.wrappers.FlattenObservation"
    )
