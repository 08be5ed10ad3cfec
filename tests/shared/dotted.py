"""A dot on a line, and what people put around it; drawing processes import it."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from stable_baselines3.common.monitor import Monitor

__all__ = ["Dot", "Reversed", "Scaled", "Unpaintable", "dot_in_a_monitor", "dot_of", "far_dot"]

Env: TypeAlias = "gym.Env[Any, Any]"


class Dot(gym.Env[Any, Any]):
    """A dot that is pushed to and fro."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gym.spaces.Box(-9, 9, (2,), np.float32)
    action_space = gym.spaces.Box(-1, 1, (1,), np.float32)

    def __init__(self, render_mode: str | None = None, start: float = 0.0) -> None:
        self.render_mode, self.start = render_mode, start

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.x, self.v = self.start + float(self.np_random.uniform(-1, 1)), 0.0
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.v = 0.9 * self.v + 0.1 * float(action[0])
        self.x = float(np.clip(self.x + self.v, -9, 9))
        return self._seen(), -abs(self.x), False, False, {}

    def render(self) -> Any:
        frame = np.zeros((60, 120, 3), np.uint8)
        frame[:, int(np.clip((self.x + 3) * 20, 0, 119))] = 255
        return frame

    def _seen(self) -> Any:
        return np.array([self.x, self.v], np.float32)


class Reversed(gym.Wrapper[Any, Any, Any, Any]):
    """A wrapper as people write them: it does not record how it was made."""

    def step(self, action: Any) -> Any:
        return self.env.step(-action)


class Unpaintable(Reversed):
    """Such a wrapper with a mistake in its picture."""

    def render(self) -> Any:
        raise ZeroDivisionError("the scale is 0")


class Scaled(gym.Wrapper[Any, Any, Any, Any]):
    """Such a wrapper with an argument, which nobody can guess."""

    def __init__(self, env: Env, by: float) -> None:
        super().__init__(env)
        self.by = by


def dot_of(**kwargs: Any) -> Env:
    """Make a dot in a wrapper."""
    return Reversed(Dot(**kwargs))


def dot_in_a_monitor(render_mode: str | None = None) -> Env:
    """Make a dot in a Monitor below a wrapper."""
    return Reversed(Monitor(Dot(render_mode)))


far_dot = partial(Dot, start=5.0)
