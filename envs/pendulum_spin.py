"""PendulumSpin: make a pendulum spin round and round."""

from __future__ import annotations

from math import tau
from typing import Any

import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.pendulum import Pendulum

__all__ = ["PendulumSpin"]


class PendulumSpin(Pendulum):
    """Make a pendulum spin round and round.

    The pendulum of `Pendulum` is not to be held upright but to spin, always the same way. The agent
    observes its angle and angular velocity as ``(3,)`` float32. Its action is the motor's torque.
    There is no reward function, so that the behaviour has to be taught: the reward is 0, and
    ``info["probe"]``, which evaluation counts, is by how many turns the pendulum has moved away
    from where it began, in either direction. Episodes are truncated after 200 steps of 0.05 s and
    never terminated.

    ## Action space
    ``Box(-2, 2, (1,))`` float32: the torque in N m, positive counter-clockwise.

    ## Observation space
    ``Box(3,)`` float32, see `Pendulum`.

    ## Start
    The angle is drawn from the whole circle, the angular velocity from -1 to 1, both uniformly.

    ## Source
    Made for rlhf-gym, from Gymnasium's ``Pendulum-v1``.

    >>> env = PendulumSpin()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(np.array([2.0], dtype=np.float32))[1]
    0.0
    """

    metadata = {
        **Pendulum.metadata,
        "probe": "full turns of the pendulum",
        "goal": "Make the pendulum spin round and round, always the same way.",
        "tie_breaker": (
            "If it goes round in neither, the one that swings higher is better; if in both, the "
            "faster one."
        ),
    }
    turned = 0.0
    """Angle by which the pendulum has turned since the start, rad."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Begin a new episode."""
        self.turned = 0.0
        return super().reset(seed=seed, options=options)  # type: ignore[no-any-return]

    def step(
        self, action: Any
    ) -> tuple[npt.NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Apply a torque for 0.05 s."""
        before = float(self.state[0])
        observation, *_ = super().step(action)  # type: ignore[no-untyped-call]
        turned, self.turned = self.turned, self.turned + (float(self.state[0]) - before)
        probe = (abs(self.turned) - abs(turned)) / tau
        return observation, 0.0, False, False, {"probe": probe}
