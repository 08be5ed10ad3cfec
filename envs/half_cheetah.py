"""HalfCheetah: a flat animal on two legs that runs forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.half_cheetah_v5 import HalfCheetahEnv

from rlhf_gym.envs.robot import Robot, robot_metadata

__all__ = ["HalfCheetah"]


class HalfCheetah(Robot, HalfCheetahEnv):
    """Run forward with a flat animal on two legs.

    The physics are those of Gymnasium's ``HalfCheetah-v5``. The agent observes posture and
    velocities as ``(17,)`` float64. Its action is a torque on each of 6 joints. The reward is the
    velocity forward, m/s, less 0.1 times the squared torques. Episodes are truncated after 1000
    steps and never terminated, as in Gymnasium.

    ## Action space
    ``Box(-1, 1, (6,))`` float32: the torque on thigh, shin and foot at the back, and on thigh, shin
    and foot in front, as a share of its maximum.

    ## Observation space
    ``Box(17,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso's tip | m |
    | 1 | angle of the torso | rad |
    | 2 - 7 | angles of the joints | rad |
    | 8, 9 | velocity of the tip forward and upwards | m/s |
    | 10 | angular velocity of the torso | rad/s |
    | 11 - 16 | angular velocities of the joints | rad/s |

    ## Start
    The animal is on its feet, each angle off by up to 0.1.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    metadata = robot_metadata(
        HalfCheetahEnv,
        "back thigh, shin, foot, front thigh, shin, foot",
        goal="Run forward (to the right) as fast as possible.",
    )
