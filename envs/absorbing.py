"""Absorbing: an episode that has terminated goes on in its last state, so all have one length."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.step_notes import noted

__all__ = ["Absorbing", "Observation"]

Observation = npt.NDArray[np.float32]


class Absorbing(gym.Env[Observation, Any]):
    """The first base of an environment, before the one of Gymnasium's that it changes.

    It never terminates. At the step at which Gymnasium's would, `StepNotes.ended` is
    ``"terminated"``. The state is absorbing from then on: each further step is noted as such, earns
    nothing, and returns and draws the last state.
    """

    _last: Observation | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a new episode."""
        self._last = None
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Step Gymnasium's environment, or return its last state if it has terminated."""
        if self._last is not None:
            if self.render_mode == "human":
                self.render()
            return self._last.copy(), 0.0, False, False, noted({}, absorbing=True)
        observation, reward, terminated, _, info = super().step(action)
        if terminated:
            self._last = observation.copy()
            info = noted(info, ended="terminated")
        return observation, float(reward), False, False, info
