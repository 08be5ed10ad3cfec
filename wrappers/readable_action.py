"""ReadableAction: actions as stable-baselines3's agents give them, for any space of actions."""

from __future__ import annotations

from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

__all__ = ["ReadableAction", "is_actionable"]

Env: TypeAlias = "gym.Env[Any, Any]"
Space: TypeAlias = "spaces.Space[Any]"


class ReadableAction(gym.ActionWrapper[Any, Any, Any], RecordConstructorArgs):
    """Give an environment its own actions, where agents count from 0 and know no whole numbers.

    - `Discrete` and `MultiDiscrete` that start elsewhere start at 0.
    - A `Box` of whole numbers becomes one of real numbers, which are rounded.

    `is_actionable` says where none of this is needed.

    >>> class Turns(gym.Env):
    ...     action_space = spaces.Discrete(3, start=-1)
    >>> env = ReadableAction(Turns())
    >>> env.action_space, int(env.action(0))
    (Discrete(3), -1)
    """

    def __init__(self, env: Env) -> None:
        """Wrap ``env``."""
        RecordConstructorArgs.__init__(self)
        gym.ActionWrapper.__init__(self, env)
        self.action_space = _read_space(env.action_space)

    def action(self, action: Any) -> Any:
        """Return the action of the wrapped environment."""
        space = self.env.action_space
        match space:
            case spaces.Discrete():
                return space.start + space.dtype.type(action)
            case spaces.MultiDiscrete():
                return (space.start + np.asarray(action)).astype(space.dtype)
            case _:
                assert isinstance(space, spaces.Box)
                rounded = np.clip(np.round(np.asarray(action, np.float64)), space.low, space.high)
                return rounded.astype(space.dtype)


def is_actionable(space: Space) -> bool:
    """Return whether agents give actions of a space as it is.

    >>> is_actionable(spaces.Discrete(3)), is_actionable(spaces.Discrete(3, start=1))
    (True, False)
    """
    match space:
        case spaces.Discrete():
            return bool(space.start == 0)
        case spaces.MultiDiscrete():
            return not space.start.any()
        case spaces.Box():
            return space.dtype.kind not in "iu"
        case _:
            return True


def _read_space(space: Space) -> Space:
    match space:
        case spaces.Discrete():
            return spaces.Discrete(int(space.n))
        case spaces.MultiDiscrete():
            return spaces.MultiDiscrete(space.nvec)
        case spaces.Box():
            low, high = (bound.astype(np.float32) for bound in (space.low, space.high))
            return spaces.Box(low, high, space.shape, np.float32)
        case _:
            return space
