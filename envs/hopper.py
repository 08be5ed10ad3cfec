"""Hopper: a leg that hops forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.hopper_v5 import HopperEnv

from rlhf_gym.envs.robot import FALLS, Robot, robot_metadata

__all__ = ["Hopper"]


class Hopper(Robot, HopperEnv):
    """Hop forward on one leg.

    The physics are those of Gymnasium's ``Hopper-v5``. The agent observes posture and velocities as
    ``(11,)`` float64. Its action is a torque on each of 3 joints. The reward is the velocity
    forward, m/s, plus 1 while the hopper stands (higher than 0.7 m, tilted by less than 0.2 rad),
    less 0.001 times the squared torques. Episodes are truncated after 1000 steps; unlike
    Gymnasium's they do not terminate when the hopper falls (see `Robot`).

    ## Action space
    ``Box(-1, 1, (3,))`` float32: the torque on thigh, leg and foot, as a share of the maximum.

    ## Observation space
    ``Box(11,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1 | angle of the torso, 0 if upright, positive forward | rad |
    | 2 - 4 | angles of thigh, leg and foot | rad |
    | 5, 6 | velocity of the torso forward and upwards | m/s |
    | 7 | angular velocity of the torso | rad/s |
    | 8 - 10 | angular velocities of thigh, leg and foot | rad/s |

    ## Start
    The hopper is upright, each quantity off by up to 0.005.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    metadata = robot_metadata(
        HopperEnv,
        "thigh, leg, foot",
        goal="Hop forward (to the right) as fast as possible without falling.",
        tie_breaker=FALLS,
    )
