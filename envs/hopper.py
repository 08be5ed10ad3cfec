"""Hopper: a leg that hops forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.hopper_v5 import HopperEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["Hopper"]


class Hopper(Robot, HopperEnv):
    """A leg that hops forward.

    ## Description
    Gymnasium's ``Hopper-v5`` with its physics unchanged. There, an episode ends when the robot
    falls, which tells an agent to stay up under any learned reward; here it goes on, as in
    Christiano et al. 2017, and standing is something that has to be taught.

    ## Action space
    ``Box(-1, 1, (3,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | thigh |
    | 1 | leg |
    | 2 | foot |

    ## Observation space
    ``Box(11,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1 | angle of the torso, 0 upright, forward positive | rad |
    | 2 - 4 | angles of thigh, leg and foot | rad |
    | 5, 6 | velocity of the torso forward and upwards | m/s |
    | 7 | angular velocity of the torso | rad/s |
    | 8 - 10 | angular velocities of thigh, leg and foot | rad/s |

    ## Rewards
    The velocity forward, m/s, and 1 while it stands (higher than 0.7 m and tilted by less than 0.2
    rad), less 0.001 times the squared torques.

    ## Start
    Upright, each quantity off by up to 0.005.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = Hopper()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    metadata = {
        **HopperEnv.metadata,
        "fixed_horizon": True,
        **joint_keys("thigh", "leg", "foot"),
        "goal": "Hop forward (to the right) as fast as possible without falling.",
        "tie_breaker": "If both are as fast, prefer the steadier and smoother one.",
    }
