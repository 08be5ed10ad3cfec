"""Pendulum: Gymnasium's pendulum that is swung up, with a goal in plain words."""

from __future__ import annotations

import numpy as np
from gymnasium.envs.classic_control.pendulum import PendulumEnv

__all__ = ["Pendulum"]


class Pendulum(PendulumEnv):
    """Swing a pendulum up and hold it there.

    This is Gymnasium's ``Pendulum-v1``, unchanged: a pendulum hangs on a motor that is too weak to
    lift it at once. The agent observes the pendulum's angle and angular velocity as ``(3,)``
    float32. Its action is the motor's torque. The reward is
    ``-(angle^2 + 0.1 velocity^2 + 0.001 torque^2)`` a step, from -16.3 to 0, with the angle in -pi
    to pi. Episodes are truncated after 200 steps and never terminated.

    ## Action space
    ``Box(-2, 2, (1,))`` float32: the torque in N m, positive counter-clockwise.

    ## Observation space
    ``Box(3,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0, 1 | cosine and sine of the angle, which is 0 if upright | -1 | 1 |
    | 2 | angular velocity, rad/s | -8 | 8 |

    ## Start
    The angle is drawn from the whole circle, the angular velocity from -1 to 1, both uniformly.

    ## Source
    Gymnasium's implementation.
    """

    metadata = {
        **PendulumEnv.metadata,
        "fixed_horizon": True,
        "goal": "Swing the pendulum up and hold it still, pointing straight up.",
        "tie_breaker": (
            "If it gets up in neither, the one that swings higher is better; if it stays up in "
            "both, the one that moves less."
        ),
        "keys_to_action": {
            "": np.array([0.0], dtype=np.float32),
            "left": np.array([2.0], dtype=np.float32),
            "right": np.array([-2.0], dtype=np.float32),
        },
    }
