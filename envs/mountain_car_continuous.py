"""MountainCarContinuous: Gymnasium's car with a throttled motor, in episodes of one length."""

from __future__ import annotations

import numpy as np
from gymnasium.envs.classic_control.continuous_mountain_car import Continuous_MountainCarEnv

from rlhf_gym.envs.absorbing import Absorbing
from rlhf_gym.envs.mountain_car import MountainCar

__all__ = ["MountainCarContinuous"]


class MountainCarContinuous(Absorbing, Continuous_MountainCarEnv):
    """Drive a weak car out of a valley with little force.

    The physics are those of Gymnasium's ``MountainCarContinuous-v0``: as in `MountainCar`, but the
    motor takes any force up to its maximum. The agent observes the car's position and velocity as
    ``(2,)`` float32. Its action is the force, as a share of the maximum. The reward is
    ``-0.1 force^2`` a step, 100 at the flag and 0 afterwards; simulated teachers judge clips by
    `rlhf_gym.envs.scores.coasting_height`. Episodes are truncated after 999 steps and never
    terminated, because their length would give the reward away: at the flag the state is absorbing.

    ## Action space
    ``Box(-1, 1, (1,))`` float32: the force, positive to the right.

    ## Observation space
    ``Box(2,)`` float32, see `MountainCar`; the flag is at 0.45.

    ## Start
    The car is at rest, at a position drawn uniformly from -0.6 to -0.4.

    ## Source
    Moore, "Efficient memory-based learning for robot control", 1990; Gymnasium's implementation.

    >>> env = MountainCarContinuous()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(np.array([1.0], dtype=np.float32))[1]
    -0.1
    """

    metadata = {
        **MountainCar.metadata,
        "goal": "Drive the car up to the flag on the right hill with little force.",
        "keys_to_action": {
            "left": np.array([-1.0], dtype=np.float32),
            "": np.array([0.0], dtype=np.float32),
            "right": np.array([1.0], dtype=np.float32),
        },
    }
