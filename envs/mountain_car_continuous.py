"""MountainCarContinuous: Gymnasium's car with a graded motor, in episodes of one length."""

from __future__ import annotations

import numpy as np
from gymnasium.envs.classic_control.continuous_mountain_car import Continuous_MountainCarEnv

from rlhf_gym.envs.held import Held

__all__ = ["MountainCarContinuous"]


class MountainCarContinuous(Held, Continuous_MountainCarEnv):
    """Drive a weak car out of a valley with little force.

    ## Description
    Gymnasium's ``MountainCarContinuous-v0`` with its physics unchanged: as `MountainCar`, with a
    motor that takes any force up to its strongest, and fuel that costs. There, an episode ends at
    the flag, and its length gives the true reward away. Here every episode has the same length;
    behind the flag the last state is held and shown.

    ## Action space
    ``Box(-1, 1, (1,))`` float32: the force, as a share of the motor's, to the right positive.

    ## Observation space
    ``Box(2,)`` float32

    | index | quantity | from | to |
    |---|---|---|---|
    | 0 | position along the track; the valley is at -0.52, the flag at 0.45 | -1.2 | 0.6 |
    | 1 | velocity, positions a step | -0.07 | 0.07 |

    ## Rewards
    ``-0.1 force^2`` a step, and 100 at the flag; 0 afterwards. Formulas judge clips by
    `rlhf_gym.envs.scores.coasting_height`.

    ## Start
    At rest, at a position drawn uniformly from -0.6 to -0.4.

    ## End
    Never terminated; truncated after 999 steps. ``info["ended"]`` is ``"terminated"`` at the step
    that reaches the flag, and ``info["held"]`` is True at each step after it.

    ## Source
    Moore, "Efficient memory-based learning for robot control", 1990; Gymnasium's implementation.

    >>> env = MountainCarContinuous()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(np.array([1.0], dtype=np.float32))[1]
    -0.1
    """

    metadata = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": 30,
        "fixed_horizon": True,
        "goal": "Drive the car up to the flag on the right hill with little force.",
        "tie_breaker": (
            "If it arrives in both (the picture freezes), the one that is there first is better; "
            "if in neither, the one that climbs higher or gains more speed."
        ),
        "keys_to_action": {
            "left": np.array([-1.0], dtype=np.float32),
            "": np.array([0.0], dtype=np.float32),
            "right": np.array([1.0], dtype=np.float32),
        },
    }
