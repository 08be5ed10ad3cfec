"""HalfCheetah: a flat animal with two legs that runs forward."""

from __future__ import annotations

from gymnasium.envs.mujoco.half_cheetah_v5 import HalfCheetahEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["HalfCheetah"]


class HalfCheetah(Robot, HalfCheetahEnv):
    """A flat animal with two legs that runs forward.

    ## Description
    Gymnasium's ``HalfCheetah-v5`` with its physics unchanged; its episodes have one length already.

    ## Action space
    ``Box(-1, 1, (6,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | back thigh |
    | 1 | back shin |
    | 2 | back foot |
    | 3 | front thigh |
    | 4 | front shin |
    | 5 | front foot |

    ## Observation space
    ``Box(17,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the tip of the torso | m |
    | 1 | angle of the torso | rad |
    | 2 - 7 | angles of back thigh, shin and foot, and front ones | rad |
    | 8, 9 | velocity of the tip forward and upwards | m/s |
    | 10 | angular velocity of the torso | rad/s |
    | 11 - 16 | angular velocities of the joints | rad/s |

    ## Rewards
    The velocity forward, m/s, less 0.1 times the squared torques.

    ## Start
    On its feet, each angle off by up to 0.1.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = HalfCheetah()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    metadata = {
        **HalfCheetahEnv.metadata,
        "fixed_horizon": True,
        **joint_keys("back thigh", "shin", "foot", "front thigh", "shin", "foot"),
        "goal": "Run forward (to the right) as fast as possible.",
        "tie_breaker": "If both are as fast, prefer the steadier and smoother one.",
    }
