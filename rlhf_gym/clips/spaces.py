"""Which spaces of observations and actions can be learned from, and how large they are."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from rlhf_gym.clips.rendering import SMALLEST_IMAGE

__all__ = ["check_spaces", "image_shape", "is_channels_first", "is_image", "width_of"]


def check_spaces(
    observation_space: spaces.Space[object], action_space: spaces.Space[object]
) -> None:
    """Refuse spaces that a reward model cannot read.

    Raises:
        ValueError: naming the space, and those that are supported.
    """
    parts = [observation_space]
    if isinstance(observation_space, spaces.Dict):
        parts = [*observation_space.spaces.values()]
    for part in parts:
        width_of(part, "observation")
    width_of(action_space, "action")


def is_image(space: spaces.Space[object]) -> bool:
    """Return whether a space holds images: three axes of bytes, at least 8 x 8 pixels."""
    return (
        isinstance(space, spaces.Box)
        and space.dtype == np.uint8
        and len(space.shape) == 3
        and min(image_shape(space)[1:]) >= SMALLEST_IMAGE
    )


def image_shape(space: spaces.Space[object]) -> tuple[int, int, int]:
    """Return ``(channels, height, width)`` of a space of images."""
    assert space.shape is not None
    a, b, c = space.shape
    return (a, b, c) if is_channels_first(space.shape) else (c, a, b)


def is_channels_first(shape: tuple[int, ...]) -> bool:
    """Return whether the first of three axes holds the channels, of which there are fewest."""
    return shape[0] < shape[2]


def width_of(space: spaces.Space[object], what: str) -> int:
    """Return the number of features of a value of a space, where names are one-hot.

    Args:
        space: of observations, one of their parts, or actions.
        what: ``"observation"`` or ``"action"``, for the message.

    Raises:
        ValueError: the space is not supported; those that are, are named.

    >>> width_of(spaces.MultiDiscrete([2, 3]), "action")
    5
    """
    readable = (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)
    if not isinstance(space, readable):
        observed = what == "observation"
        more, kind = (" and a Dict of these", "Observation") if observed else ("", "Action")
        raise ValueError(
            f"the reward model cannot read the {what} space {space}; it reads Box, Discrete, "
            f"MultiDiscrete, MultiBinary{more}: convert the space with a wrapper, see "
            f"gymnasium.{kind}Wrapper"
        )
    width = int(spaces.flatdim(space))
    if width < 1:
        raise ValueError(f"the {what} space {space} holds no values, of which nothing is learned")
    return width
