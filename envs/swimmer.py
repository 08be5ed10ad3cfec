"""Swimmer: three links that swim forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.swimmer_v5 import SwimmerEnv

from rlhf_gym.envs.robot import Robot, robot_metadata

__all__ = ["Swimmer"]


class Swimmer(Robot, SwimmerEnv):
    """Swim forward with three links.

    The physics are those of Gymnasium's ``Swimmer-v5``. The agent observes angles and velocities as
    ``(8,)`` float64. Its action is a torque on each of 2 joints. The reward is the velocity along
    x, m/s, less 0.0001 times the squared torques. Episodes are truncated after 1000 steps and never
    terminated, as in Gymnasium.

    ## Action space
    ``Box(-1, 1, (2,))`` float32: the torque on the joint between first and second link, and on that
    between second and third, as a share of its maximum.

    ## Observation space
    ``Box(8,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | angle of the first link | rad |
    | 1, 2 | angles of the joints | rad |
    | 3, 4 | velocity of the tip along x and y | m/s |
    | 5 | angular velocity of the first link | rad/s |
    | 6, 7 | angular velocities of the joints | rad/s |

    ## Start
    The swimmer is stretched out, each quantity off by up to 0.1.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    metadata = robot_metadata(
        SwimmerEnv,
        "first joint, second joint",
        goal="Swim forward (to the right) as fast as possible.",
    )
