"""Batches of observations: one array, or one array a key for Dict observation spaces."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import gymnasium as gym
import numpy as np
import numpy.typing as npt

__all__ = [
    "Array",
    "Observations",
    "batch_of",
    "batch_of_one",
    "checksum_of",
    "copy_of",
    "leaves",
    "map_leaves",
    "zeros_of",
]

T = TypeVar("T")
Array: TypeAlias = npt.NDArray[Any]
Observations: TypeAlias = "Array | dict[str, Array]"
"""A batch of observations: one array, or one array a key for Dict observation spaces."""


def leaves(observations: Observations) -> list[Array]:
    """Return the arrays of a batch of observations, in the order of their keys."""
    if isinstance(observations, np.ndarray) or not isinstance(observations, Mapping):
        return [observations]
    return [observations[key] for key in sorted(observations)]


def batch_of(values: Sequence[Any]) -> Any:
    """Return single observations or actions as a batch.

    >>> batch_of([{"x": np.zeros(3)}, {"x": np.ones(3)}])["x"].shape
    (2, 3)
    """
    if isinstance(values[0], Mapping):
        return {key: np.stack([value[key] for value in values]) for key in values[0]}
    return np.stack(values)


def batch_of_one(observation: Any) -> Observations:
    """Return a copy of a single observation as a batch."""
    return map_leaves(lambda leaf: np.array(leaf)[None], observation)


def copy_of(value: T) -> T:
    """Return a copy of a single observation or action, whose owner may change it later.

    >>> given = np.zeros(2)
    >>> kept = copy_of(given)
    >>> given += 1
    >>> kept.tolist()
    [0.0, 0.0]
    """
    return value.copy() if isinstance(value, np.ndarray) else copy.deepcopy(value)


def checksum_of(observation: Any) -> int:
    """Return a number, 0 or more, that another observation hardly ever has.

    >>> checksum_of(np.zeros(2)) == checksum_of(np.zeros(2)) != checksum_of(np.array([0, 1e-9]))
    True
    """
    checksum = 0
    for leaf in leaves(observation):
        checksum = zlib.crc32(np.asarray(leaf).tobytes(), checksum)
    return checksum


def map_leaves(function: Callable[[Array], Array], observations: Observations) -> Observations:
    """Apply ``function`` to each array of a batch of observations."""
    if isinstance(observations, np.ndarray) or not isinstance(observations, Mapping):
        return function(observations)
    return {key: function(array) for key, array in observations.items()}


def zeros_of(space: gym.Space[object]) -> Observations:
    """Return a single observation of zeros.

    >>> zeros_of(gym.spaces.Dict({"x": gym.spaces.Box(-1, 1, (2,))}))
    {'x': array([0., 0.], dtype=float32)}
    """
    if isinstance(space, gym.spaces.Dict):
        return {key: np.zeros(part.shape or (), part.dtype) for key, part in space.items()}
    return np.zeros(space.shape or (), space.dtype)
