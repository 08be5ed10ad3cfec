"""The inputs of reward networks: observations and actions of any supported space as tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from gymnasium import spaces
from torch import Tensor

from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.spaces import image_shape, is_channels_first, is_image, width_of
from rlhf_gym.clips.steps import Transitions

__all__ = ["InputSpec", "Inputs", "input_spec"]

FEW = 64
"""Number of names up to which one-hot vectors are looked up."""


@dataclass(frozen=True)
class Inputs:
    """A batch of network inputs.

    Attributes:
        vector: ``(n, features)`` float32: all of the observation but its images, and the action.
        images: for each image of the observation ``(n, channels, height, width)`` uint8.
    """

    vector: Tensor
    images: tuple[Tensor, ...] = ()

    def __getitem__(self, index: Tensor) -> Inputs:
        """Return the inputs at ``index``."""
        return Inputs(self.vector[index], tuple(image[index] for image in self.images))

    def to(self, device: torch.device) -> Inputs:
        """Return the same inputs on ``device``."""
        return Inputs(self.vector.to(device), tuple(image.to(device) for image in self.images))


@dataclass(frozen=True)
class _Part:
    """One space, and its key in a Dict observation, or None."""

    key: str | None
    space: spaces.Space[object]


@dataclass(frozen=True)
class InputSpec:
    """How observations and actions of two spaces become `Inputs`; made by `input_spec`.

    Attributes:
        action: the space of the actions; None where they are not looked at.
        features: width of the vector.
        images: shape ``(channels, height, width)`` of each image.
        uses_next_observations: whether the vector also holds how a step changed the observation,
            and then, last, whether it ended the episode.
        sees_absorbing: whether the vector tells, in its very last place, if a step is absorbing.
    """

    parts: tuple[_Part, ...]
    image_parts: tuple[_Part, ...]
    action: spaces.Space[object] | None
    features: int
    images: tuple[tuple[int, int, int], ...]
    uses_next_observations: bool
    sees_absorbing: bool = False

    @property
    def flags(self) -> int:
        """Number of features, the last ones, that are 0 or 1 and of which a 1 is rare."""
        return self.uses_next_observations + self.sees_absorbing

    def encode(self, transitions: Transitions) -> Inputs:
        """Return a batch of ``n`` steps as network inputs, on the CPU.

        Raises:
            ValueError: it uses next observations, but there are none.
        """
        images = tuple(
            torch.from_numpy(_channels_first(part.space, _pick(transitions.observations, part.key)))
            for part in self.image_parts
        )
        return Inputs(torch.from_numpy(self.vector(transitions)), images)

    def vector(self, transitions: Transitions) -> npt.NDArray[np.float32]:
        """Return all of ``n`` steps but their images, ``(n, features)``, see `encode`."""
        actions = transitions.actions
        before = self._columns(transitions.observations)
        columns = before if self.action is None else [*before, _flat(self.action, actions)]
        if self.uses_next_observations:
            if transitions.next_observations is None:
                raise ValueError(
                    "this reward model sees what a step led to: give it steps with "
                    "next_observations, or make it with "
                    "RewardModelSettings(uses_next_observations=False)"
                )
            seen = self._columns(transitions.next_observations)
            columns = [*columns, *(new - old for old, new in zip(before, seen, strict=True))]
            columns.append(transitions.terminated.astype(np.float32).reshape(-1, 1))
        if self.sees_absorbing:
            columns = [*columns, transitions.absorbing.astype(np.float32).reshape(-1, 1)]
        if not columns:  # pictures alone
            return np.zeros((len(actions), 0), np.float32)
        return columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1)

    def _columns(self, observations: Observations) -> list[Array]:
        """Return the parts of the observations that are not images."""
        return [_flat(part.space, _pick(observations, part.key)) for part in self.parts]


def input_spec(
    observation_space: spaces.Space[object],
    action_space: spaces.Space[object],
    *,
    uses_next_observations: bool = False,
    actions: bool = True,
    sees_absorbing: bool = False,
) -> InputSpec:
    """Return how values of two spaces become network inputs.

    Raises:
        ValueError: if a space is not supported, naming those that are, or next observations are
            images.
    """
    if isinstance(observation_space, spaces.Dict):
        parts = [_Part(key, part) for key, part in sorted(observation_space.spaces.items())]
    else:
        parts = [_Part(None, observation_space)]
    images = tuple(part for part in parts if is_image(part.space))
    flat = tuple(part for part in parts if not is_image(part.space))
    if uses_next_observations and images:
        raise ValueError(
            "uses_next_observations=True shows how a step changed a vector, but the observations "
            "hold images; leave it out, and stack frames instead (VecFrameStack), which shows "
            "changes as well"
        )
    features = sum(width_of(part.space, "observation") for part in flat)
    if uses_next_observations:  # and how each feature changed, and whether the episode ended
        features = 2 * features + 1
    return InputSpec(
        parts=flat,
        image_parts=images,
        action=action_space if actions else None,
        features=features + width_of(action_space, "action") * actions + sees_absorbing,
        images=tuple(image_shape(part.space) for part in images),
        uses_next_observations=uses_next_observations,
        sees_absorbing=sees_absorbing,
    )


def _flat(space: spaces.Space[object], values: Array) -> Array:
    """Return values ``(n, ...)`` of a space as ``(n, width)`` float32, names as one-hot vectors."""
    if isinstance(space, spaces.Discrete):
        index = values.reshape(-1)
        return _one_hot(index - space.start if space.start else index, int(space.n))
    if isinstance(space, spaces.MultiDiscrete):
        sizes = np.asarray(space.nvec).reshape(-1).tolist()
        index = values.reshape(len(values), len(sizes)) - np.asarray(space.start).reshape(-1)
        return np.concatenate([_one_hot(index[:, i], n) for i, n in enumerate(sizes)], axis=1)
    flat = values.reshape(len(values), math.prod(space.shape or ()))
    return _own(flat.astype(np.float32, copy=False))


def _one_hot(index: Array, n: int) -> Array:
    if index.dtype.kind != "i":
        index = index.astype(np.int64)
    if n <= FEW:
        return _identity(n)[index]
    encoded = np.zeros((len(index), n), np.float32)
    encoded[np.arange(len(index)), index] = 1.0
    return encoded


@cache
def _identity(n: int) -> Array:
    return np.eye(n, dtype=np.float32)


def _pick(observations: Observations, key: str | None) -> Array:
    if key is None:
        assert not isinstance(observations, dict)
        return observations
    assert isinstance(observations, dict)
    return observations[key]


def _channels_first(space: spaces.Space[object], values: Array) -> Array:
    assert space.shape is not None
    moved = values if is_channels_first(space.shape) else np.moveaxis(values, -1, 1)
    return _own(moved)


def _own(values: Array) -> Array:
    """Return a contiguous and writable array, as torch wants it; those of clips are read-only."""
    if values.flags.c_contiguous and values.flags.writeable:
        return values
    return np.require(values, requirements=["C", "W"])
