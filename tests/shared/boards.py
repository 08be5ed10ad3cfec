"""Boards on which a masked action is an error."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

__all__ = ["Board"]

SPACES: dict[str, spaces.Space[Any]] = {
    "discrete": spaces.Discrete(4),
    "several": spaces.MultiDiscrete([2, 4]),
    "switches": spaces.MultiBinary(3),
}


class Board(gym.Env[Any, Any]):
    """A token moves along a ring of 12 places; from each, half of the moves are allowed.

    Args:
        kind: of the action space.
        render_mode: as of Gymnasium.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, kind: str = "discrete", render_mode: str | None = None) -> None:
        self.observation_space = spaces.Box(0, 12, (1,), np.float32)
        self.action_space = SPACES[kind]
        self.render_mode, self.place = render_mode, 0

    def action_masks(self) -> Any:
        match self.action_space:
            case spaces.Discrete():
                return (np.arange(4) + self.place // 2) % 2 == 0
            case spaces.MultiDiscrete():
                return np.append([True, False], (np.arange(4) + self.place // 2) % 2 == 0)
            case _:
                return np.array([[False, True], [True, False], [True, True]])

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.place = int(self.np_random.integers(12))
        return self._show(), {}

    def step(self, action: Any) -> Any:
        if not self._allowed(np.atleast_1d(action)):
            raise ValueError(f"illegal move {action} at {self.place}")
        self.place = (self.place + 1 + int(np.sum(action))) % 12
        return self._show(), float(self.place > 6), False, False, {}

    def render(self) -> Any:
        return np.full((36, 36, 3), 20 * self.place, np.uint8)

    def _allowed(self, action: Any) -> bool:
        mask = self.action_masks()
        match self.action_space:
            case spaces.MultiDiscrete():
                return bool(mask[action[0]] and mask[2 + action[1]])
            case spaces.MultiBinary():
                return bool(mask[np.arange(3), action].all())
            case _:
                return bool(mask[action[0]])

    def _show(self) -> Any:
        return np.array([self.place], np.float32)
