"""Walker2d: a flat body on two legs that walks forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.walker2d_v5 import Walker2dEnv

from rlhf_gym.envs.robot import FALLS, Robot, robot_metadata

__all__ = ["Walker2d"]


class Walker2d(Robot, Walker2dEnv):
    """Walk forward with a flat body on two legs.

    The physics are those of Gymnasium's ``Walker2d-v5``. The agent observes posture and velocities
    as ``(17,)`` float64. Its action is a torque on each of 6 joints. The reward is the velocity
    forward, m/s, plus 1 while the walker stands (0.8 to 2 m high, tilted by less than 1 rad), less
    0.001 times the squared torques. Episodes are truncated after 1000 steps; unlike Gymnasium's
    they do not terminate when the walker falls (see `Robot`).

    ## Action space
    ``Box(-1, 1, (6,))`` float32: the torque on thigh, leg and foot on the right, and on thigh, leg
    and foot on the left, as a share of its maximum.

    ## Observation space
    ``Box(17,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1 | angle of the torso, 0 if upright | rad |
    | 2 - 7 | angles of the joints | rad |
    | 8, 9 | velocity of the torso forward and upwards | m/s |
    | 10 | angular velocity of the torso | rad/s |
    | 11 - 16 | angular velocities of the joints | rad/s |

    ## Start
    The walker is upright, each quantity off by up to 0.005.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    metadata = robot_metadata(
        Walker2dEnv,
        "right thigh, leg, foot, left thigh, leg, foot",
        goal="Walk forward (to the right) as fast as possible without falling.",
        tie_breaker=FALLS,
    )
