"""InvertedDoublePendulum: two poles on a cart that are kept upright."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.envs.mujoco.inverted_double_pendulum_v5 import InvertedDoublePendulumEnv

from rlhf_gym.envs.robot import Robot

__all__ = ["InvertedDoublePendulum"]

_CAMERA = {
    "distance": 3.5,
    "elevation": -20.0,
    "lookat": np.zeros(3),
}  # Gymnasium's camera is far away


class InvertedDoublePendulum(Robot, InvertedDoublePendulumEnv):
    """Keep two poles on a cart upright.

    The physics are those of Gymnasium's ``InvertedDoublePendulum-v5``: a pole stands on a cart, and
    another one on its end. The agent observes position, angles and velocities as ``(9,)`` float64.
    Its action is the force on the cart. The reward is 10 while the upper end is more than 1 m high,
    less its squared distance from the middle (a hundredth of that across) and small costs of the
    angular velocities. Episodes are truncated after 1000 steps; unlike Gymnasium's they do not
    terminate when the poles fall (see `Robot`).

    ## Action space
    ``Box(-1, 1, (1,))`` float32: the force on the cart, as a share of its maximum.

    ## Observation space
    ``Box(9,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | position of the cart | m |
    | 1, 2 | sines of the lower and the upper pole's angle | |
    | 3, 4 | cosines of the lower and the upper pole's angle | |
    | 5 | velocity of the cart | m/s |
    | 6, 7 | angular velocities of both poles | rad/s |
    | 8 | force that keeps the cart on its track | N |

    ## Start
    The poles are upright, each quantity off by up to 0.1.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    follows = False
    metadata = {
        **InvertedDoublePendulumEnv.metadata,
        "fixed_horizon": True,
        "keys_to_action": {
            key: np.array([push], np.float32) for key, push in (("left", -1), ("", 0), ("right", 1))
        },
        "goal": "Keep both poles upright and the cart near the middle.",
        "tie_breaker": (
            "If both stay up, prefer the one that moves less; if both fall, the one that stays up "
            "longer."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Make the environment with Gymnasium's arguments, such as ``render_mode``."""
        super().__init__(**{"default_camera_config": _CAMERA, **kwargs})
