"""PendulumSpin: let a pendulum go round and round."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.pendulum import Pendulum
from rlhf_gym.envs.turns import further_round

__all__ = ["PendulumSpin"]


class PendulumSpin(Pendulum):
    """Let a pendulum go round and round.

    ## Description
    The pendulum of `Pendulum`, which is there to be held upright; here it shall spin. Nobody wrote
    a reward for it: it is there to be taught.

    ## Action space
    ``Box(-2, 2, (1,))`` float32: the torque on the pendulum in N m, counter-clockwise positive.

    ## Observation space
    ``Box(3,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0 | cosine of the angle, 1 = upright | -1 | 1 |
    | 1 | sine of the angle | -1 | 1 |
    | 2 | angular velocity, rad/s | -8 | 8 |

    ## Rewards
    None: 0 at every step. ``info["probe"]`` is what a test counts: by how many turns the pendulum
    is further round, in either direction, than it was a step before.

    ## Start
    Any angle, and an angular velocity from -1 to 1, drawn uniformly.

    ## End
    Never terminated; truncated after 200 steps of 0.05 s.

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
    """How far the pendulum has gone round since the start, rad."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Begin a new episode."""
        self.turned = 0.0
        return super().reset(seed=seed, options=options)  # type: ignore[no-any-return]

    def step(
        self, action: Any
    ) -> tuple[npt.NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Turn the pendulum for a twentieth of a second."""
        before = float(self.state[0])
        observation, *_ = super().step(action)  # type: ignore[no-untyped-call]
        angle = float(self.state[0]) - before
        further = further_round(self.turned, angle)
        self.turned += angle
        return observation, 0.0, False, False, {"probe": further}
