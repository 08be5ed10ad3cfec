"""Action masks: which actions an environment allows at present, as sb3-contrib asks for them."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

__all__ = ["ACTION_MASKS", "action_mask", "sample_action", "sample_allowed"]

ACTION_MASKS = "action_masks"
"""Name of the method of an environment that returns its mask."""


def action_mask(env: gym.Env[Any, Any]) -> npt.NDArray[np.bool_] | None:
    """Return which actions an environment allows, or None where it does not say.

    The mask has an entry for each action of a Discrete space; for each action of each part, one
    part after the other, of a MultiDiscrete space; and for off and on of each part of a MultiBinary
    space.

    >>> action_mask(gym.make("CartPole-v1")) is None
    True
    """
    if not env.has_wrapper_attr(ACTION_MASKS):
        return None
    return np.asarray(env.get_wrapper_attr(ACTION_MASKS)(), dtype=bool).ravel()


def sample_action(env: gym.Env[Any, Any]) -> Any:
    """Sample an action of an environment's space, one of those that it allows at present."""
    return sample_allowed(env.action_space, action_mask(env))


def sample_allowed(space: spaces.Space[Any], mask: npt.NDArray[np.bool_] | None) -> Any:
    """Sample an action of a space, one of those that a mask allows (see `action_mask`).

    Where a mask allows none, any action is sampled.

    >>> sample_allowed(spaces.Discrete(3), np.array([False, True, False]))
    np.int64(1)
    """
    if mask is None or not mask.any():
        return space.sample()
    match space:
        case spaces.Discrete():
            return space.sample(mask.astype(np.int8))
        case spaces.MultiDiscrete():
            parts = np.split(mask.astype(np.int8), np.cumsum(space.nvec.ravel())[:-1])
            return space.sample(_nested(parts, space.nvec.shape))
        case spaces.MultiBinary():
            off, on = mask.reshape(-1, 2).T
            either = np.where(off & on, 2, on)
            return space.sample(either.reshape(space.shape).astype(np.int8))
        case _:
            return space.sample()


def _nested(parts: list[Any], shape: tuple[int, ...]) -> Any:
    """Return the parts as tuples nested like an array of this shape."""
    if len(shape) == 1:
        return tuple(parts)
    size = len(parts) // shape[0]
    return tuple(_nested(parts[i : i + size], shape[1:]) for i in range(0, len(parts), size))
