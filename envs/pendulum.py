"""Pendulum: Gymnasium's pendulum to swing up, with a goal in a person's words."""

from __future__ import annotations

import numpy as np
from gymnasium.envs.classic_control.pendulum import PendulumEnv

__all__ = ["Pendulum"]


class Pendulum(PendulumEnv):
    """Swing a pendulum up and hold it there.

    ## Description
    Gymnasium's ``Pendulum-v1`` unchanged: its episodes have one length already. A pendulum hangs on
    a motor that is too weak to lift it at once, so that it has to be swung.

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
    ``-(angle^2 + 0.1 velocity^2 + 0.001 torque^2)`` with the angle in -pi to pi, 0 = upright:
    between -16.3 and 0 a step.

    ## Start
    Any angle, and an angular velocity from -1 to 1, drawn uniformly.

    ## End
    Never terminated; truncated after 200 steps.

    ## Source
    Gymnasium's implementation.

    >>> observation, info = Pendulum().reset(seed=0)
    >>> observation.shape
    (3,)
    """

    metadata = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": 30,
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
