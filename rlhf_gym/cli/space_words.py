"""Spaces in words, for people who choose an environment."""

from __future__ import annotations

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from rlhf_gym.basics.words import counted, listed

__all__ = ["in_words"]


def in_words(space: gym.Space[Any], of: str) -> str:
    """Describe a space in a few words.

    Args:
        space: the space.
        of: what one of its discrete values is, e.g. ``"action"``.

    >>> in_words(spaces.Box(-1, 1, (2,)), "action"), in_words(spaces.Discrete(3), "action")
    ('2 numbers from −1 to 1', 'one of 3 actions')
    >>> in_words(spaces.Box(0, 255, (96, 96, 3), np.uint8), "state")
    'a picture of 96 × 96 in colour'
    >>> in_words(spaces.Dict(mission=spaces.Text(9), way=spaces.MultiDiscrete([5, 2])), "state")
    'mission: text; way: 2 choices, of 5 and 2'
    """
    if isinstance(space, spaces.Box):
        return _picture(space) if len(space.shape) == 3 else _numbers(space)
    if isinstance(space, spaces.Discrete):
        return f"one of {counted(int(space.n), of)}"
    if isinstance(space, spaces.MultiDiscrete):
        sizes = [f"{size}" for size in np.ravel(space.nvec)]
        return f"{counted(len(sizes), 'choice')}, of {listed(sizes)}"
    if isinstance(space, spaces.MultiBinary):
        return counted(int(np.prod(space.shape)), "bit")
    if isinstance(space, spaces.Text):
        return "text"
    describe = partial(in_words, of=of)
    if isinstance(space, spaces.Dict):
        return "; ".join(f"{name}: {describe(part)}" for name, part in space.spaces.items())
    if isinstance(space, spaces.Tuple):
        return "; ".join(map(describe, space.spaces))
    return str(space)


def _numbers(space: spaces.Box) -> str:
    size = " × ".join(map(str, space.shape))
    noun = "byte" if space.dtype == np.uint8 else "number"
    text = counted(space.shape[0], noun) if len(space.shape) == 1 else f"{size or 1} {noun}s"
    bounds = {*zip(space.low.flat, space.high.flat, strict=True)}
    if noun == "number" and len(bounds) == 1 and space.is_bounded():
        ((low, high),) = bounds
        text += f" from {low:g} to {high:g}".replace("-", "\N{MINUS SIGN}")
    return text


def _picture(space: spaces.Box) -> str:
    """Describe pictures, whose channels are first or last."""
    shape = space.shape
    channels, (height, width) = (
        (shape[0], shape[1:]) if shape[0] < min(shape[1:]) else (shape[2], shape[:2])
    )
    size = f"of {height} × {width}"
    if channels == 3:
        return f"a picture {size} in colour"
    return f"a grey picture {size}" if channels == 1 else f"{channels} grey pictures {size}"
