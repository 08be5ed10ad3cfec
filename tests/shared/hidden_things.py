"""An environment that draws something which it does not show to the agent."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

RED, GREEN = (255, 0, 0), (0, 255, 0)


class Thing:
    """No plain data, so that it is in no snapshot."""

    def __init__(self, place: int) -> None:
        self.place = place


class Line(gym.Env[Any, Any]):
    """A dot on a line of 50 pixels, and something red that is drawn and not observed.

    It stays as it is (``still``), is put somewhere in each episode (``goal``), to the left or to
    the right (``side``), moves whenever a picture is drawn (``wing``), is where this process has
    put it (``level``), or pushes the dot when it is drawn (``wind``).
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gym.spaces.Box(0, 49, (1,), np.float32)
    action_space = gym.spaces.Discrete(3)
    level = Thing(5)

    def __init__(self, hidden: str = "still", render_mode: str | None = None) -> None:
        self.hidden, self.render_mode = hidden, render_mode
        self.thing = Thing(0)

    def _seen(self) -> Any:
        return np.array([self.dot], np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.dot = int(self.np_random.integers(10, 40))
        if self.hidden == "goal":
            self.thing = Thing(int(self.np_random.integers(50)))
        if self.hidden == "side":
            self.thing = Thing(49 * int(self.np_random.integers(2)))
        if self.hidden == "level":
            self.thing = self.level
        return self._seen(), {}

    def step(self, action: Any) -> Any:
        self.dot = int(np.clip(self.dot + action - 1, 0, 49))
        return self._seen(), 0.0, False, False, {}

    def render(self) -> Any:
        if self.hidden == "wing":
            self.thing.place = (self.thing.place + 1) % 50
        if self.hidden == "wind":
            self.dot = (self.dot + 1) % 50
        frame = np.zeros((240, 50, 3), np.uint8)
        frame[:, self.dot] = GREEN
        frame[:120, self.thing.place] = RED
        return frame
