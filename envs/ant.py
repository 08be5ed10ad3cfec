"""Ant: a body on four legs that walks forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.ant_v5 import AntEnv

from rlhf_gym.envs.robot import FALLS, Robot, robot_metadata

__all__ = ["Ant"]


class Ant(Robot, AntEnv):
    """Walk forward with a body on four legs.

    The physics are those of Gymnasium's ``Ant-v5``. The agent observes posture, velocities and
    external forces as ``(105,)`` float64. Its action is a torque on each of 8 joints. The reward is
    the velocity along x, m/s, plus 1 while the ant stands (0.2 to 1 m high), less 0.5 times the
    squared torques and 0.0005 times the squared external forces. Episodes are truncated after 1000
    steps; unlike Gymnasium's they do not terminate when the ant falls (see `Robot`).

    ## Action space
    ``Box(-1, 1, (8,))`` float32: the torque on hip and ankle of the rear right, front left, front
    right and rear left leg, as a share of its maximum.

    ## Observation space
    ``Box(105,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1 - 4 | orientation of the torso, a quaternion | |
    | 5 - 12 | angles of hips and ankles | rad |
    | 13 - 15 | velocity of the torso | m/s |
    | 16 - 18 | angular velocity of the torso | rad/s |
    | 19 - 26 | angular velocities of hips and ankles | rad/s |
    | 27 - 104 | external forces and torques on the bodies, clipped to -1 to 1 | N, N m |

    ## Start
    The ant is on its feet, each quantity off by up to 0.1.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    metadata = robot_metadata(
        AntEnv,
        "rear right hip, ankle, front left hip, ankle, "
        "front right hip, ankle, rear left hip, ankle",
        goal="Walk forward (to the right) as fast as possible without falling.",
        tie_breaker=FALLS,
    )
