"""Swimmer: three links that swim forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.swimmer_v5 import SwimmerEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["Swimmer"]


class Swimmer(Robot, SwimmerEnv):
    """Three links that swim forward.

    ## Description
    Gymnasium's ``Swimmer-v5`` with its physics unchanged; its episodes have one length already.

    ## Action space
    ``Box(-1, 1, (2,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | between first and second link |
    | 1 | between second and third link |

    ## Observation space
    ``Box(8,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | angle of the first link | rad |
    | 1, 2 | angles of the joints | rad |
    | 3, 4 | velocity of the tip along x and y | m/s |
    | 5 | angular velocity of the first link | rad/s |
    | 6, 7 | angular velocities of the joints | rad/s |

    ## Rewards
    The velocity along x, m/s, less 0.0001 times the squared torques.

    ## Start
    Stretched out, each quantity off by up to 0.1.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = Swimmer()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    metadata = {
        **SwimmerEnv.metadata,
        "fixed_horizon": True,
        **joint_keys("first joint", "second joint"),
        "goal": "Swim forward (to the right) as fast as possible.",
        "tie_breaker": "If both are as fast, prefer the steadier and smoother one.",
    }
