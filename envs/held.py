"""Held: an episode that has ended goes on, frozen, so that its length tells nothing."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

__all__ = ["Held"]

Observation = npt.NDArray[np.float32]


class Held(gym.Env[Observation, Any]):
    """What stands before one of Gymnasium's environments in the bases of ours.

    It never terminates. At the step at which Gymnasium's ends, ``info["ended"]`` is
    ``"terminated"``; each step behind it has ``info["held"] = True``, earns nothing, and gives and
    shows the last state again.
    """

    _last: Observation | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a new episode."""
        self._last = None
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Go on, or hold the last state."""
        if self._last is not None:
            if self.render_mode == "human":
                self.render()
            return self._last.copy(), 0.0, False, False, {"held": True}
        observation, reward, ended, _, info = super().step(action)
        if ended:
            self._last = observation.copy()
            info = {**info, "ended": "terminated"}
        return observation, float(reward), False, False, info
