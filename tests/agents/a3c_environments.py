"""Environments that misbehave in worker processes; a module, so that they can be sent there."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces


class Counting(gym.Env[Any, Any]):
    """Shows its own seed and step; an episode is ten steps, each paid by its number."""

    action_space = spaces.Discrete(2)
    observation_space = spaces.Box(-1, np.inf, (2,), np.float32)
    metadata = {"render_modes": [], "render_fps": 10}

    def __init__(self) -> None:
        self.taken, self.seeded = 0, -1

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.taken, self.seeded = 0, self.seeded if seed is None else seed % 1000
        return self._show(), {}

    def step(self, action: Any) -> Any:
        self.taken += 1
        return self._show(), float(self.taken), False, self.taken == 10, {"process": os.getpid()}

    def _show(self) -> Any:
        return np.array([self.seeded, self.taken], np.float32)


class Raising(Counting):
    """Raises at its eighth step."""

    def step(self, action: Any) -> Any:
        if self.taken == 7:
            raise ArithmeticError("the physics exploded")
        return super().step(action)


class KilledOnce(Counting):
    """Its process is killed at the first episode's ninth step, unless another's was already."""

    def __init__(self, note: Path, at: int = 8) -> None:
        super().__init__()
        self.note, self.at = note, at

    def step(self, action: Any) -> Any:
        if self.taken == self.at and not self.note.exists():
            self.note.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().step(action)


class KilledAtOnce(Counting):
    """Its process is killed at every first step."""

    def step(self, action: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Unpicklable(Counting):
    """Holds what cannot be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Lock()


class Numbered(Counting):
    """Its infos say how many steps it has taken in all."""

    def __init__(self) -> None:
        super().__init__()
        self.in_all = 0

    def step(self, action: Any) -> Any:
        self.in_all += 1
        observation, reward, terminated, truncated, _ = super().step(action)
        return observation, reward, terminated, truncated, {"in_all": self.in_all}
