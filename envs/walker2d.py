"""Walker2d: a flat body with two legs that walks forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.walker2d_v5 import Walker2dEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["Walker2d"]


class Walker2d(Robot, Walker2dEnv):
    """A flat body with two legs that walks forward.

    ## Description
    Gymnasium's ``Walker2d-v5`` with its physics unchanged. There, an episode ends when the robot
    falls, which tells an agent to stay up under any learned reward; here it goes on, as in
    Christiano et al. 2017, and standing is something that has to be taught.

    ## Action space
    ``Box(-1, 1, (6,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | right thigh |
    | 1 | right leg |
    | 2 | right foot |
    | 3 | left thigh |
    | 4 | left leg |
    | 5 | left foot |

    ## Observation space
    ``Box(17,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1 | angle of the torso, 0 upright | rad |
    | 2 - 7 | angles of right thigh, leg and foot, and left ones | rad |
    | 8, 9 | velocity of the torso forward and upwards | m/s |
    | 10 | angular velocity of the torso | rad/s |
    | 11 - 16 | angular velocities of the joints | rad/s |

    ## Rewards
    The velocity forward, m/s, and 1 while it stands (0.8 to 2 m high and tilted by less than 1
    rad), less 0.001 times the squared torques.

    ## Start
    Upright, each quantity off by up to 0.005.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = Walker2d()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    metadata = {
        **Walker2dEnv.metadata,
        "fixed_horizon": True,
        **joint_keys("right thigh", "leg", "foot", "left thigh", "leg", "foot"),
        "goal": "Walk forward (to the right) as fast as possible without falling.",
        "tie_breaker": "If both are as fast, prefer the steadier and smoother one.",
    }
