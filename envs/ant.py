"""Ant: a body with four legs that walks forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.ant_v5 import AntEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["Ant"]


class Ant(Robot, AntEnv):
    """A body with four legs that walks forward.

    ## Description
    Gymnasium's ``Ant-v5`` with its physics unchanged. There, an episode ends when the robot falls,
    which tells an agent to stay up under any learned reward; here it goes on, as in Christiano et
    al. 2017, and standing is something that has to be taught.

    ## Action space
    ``Box(-1, 1, (8,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | rear right hip |
    | 1 | rear right ankle |
    | 2 | front left hip |
    | 3 | front left ankle |
    | 4 | front right hip |
    | 5 | front right ankle |
    | 6 | rear left hip |
    | 7 | rear left ankle |

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
    | 27 - 104 | forces and torques on the bodies from outside, -1 to 1 | N, N m |

    ## Rewards
    The velocity along x, m/s, and 1 while it stands (0.2 to 1 m high), less 0.5 times the squared
    torques and 0.0005 times the squared forces from outside.

    ## Start
    On its feet, each quantity off by up to 0.1.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = Ant()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    metadata = {
        **AntEnv.metadata,
        "fixed_horizon": True,
        **joint_keys(
            "rear right hip",
            "ankle",
            "front left hip",
            "ankle",
            "front right hip",
            "ankle",
            "rear left hip",
            "ankle",
        ),
        "goal": "Walk forward (to the right) as fast as possible without falling.",
        "tie_breaker": "If both are as fast, prefer the steadier and smoother one.",
    }
