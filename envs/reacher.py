"""Reacher: an arm of two links that reaches for a target."""

from __future__ import annotations

from gymnasium.envs.mujoco.reacher_v5 import ReacherEnv

from rlhf_gym.envs.robot import Robot, joint_keys

__all__ = ["Reacher"]


class Reacher(Robot, ReacherEnv):
    """An arm of two links that reaches for a target.

    ## Description
    Gymnasium's ``Reacher-v5`` with its physics unchanged; its episodes have one length already.

    ## Action space
    ``Box(-1, 1, (2,))`` float32: the torque on each joint, as a share of its strongest.

    | index | joint |
    |---|---|
    | 0 | at the fixed end |
    | 1 | between the links |

    ## Observation space
    ``Box(10,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0, 1 | cosines of the angles of both links | |
    | 2, 3 | sines of the same | |
    | 4, 5 | position of the target | m |
    | 6, 7 | angular velocities of both links | rad/s |
    | 8, 9 | from the target to the fingertip | m |

    ## Rewards
    The distance from fingertip to target, m, taken negatively, less 0.1 times the squared torques.

    ## Start
    Links at angles of up to 0.1 rad; the target anywhere within 0.2 m.

    ## End
    Never terminated; truncated after 50 steps.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).

    >>> env = Reacher()
    >>> observation, info = env.reset(seed=0)
    >>> env.step(env.action_space.sample())[2:4]
    (False, False)
    """

    follows = False
    metadata = {
        **ReacherEnv.metadata,
        "fixed_horizon": True,
        **joint_keys("inner joint", "outer joint"),
        "goal": "Bring the fingertip to the target and hold it there.",
        "tie_breaker": (
            "If neither arrives, prefer the nearer fingertip; if both do, the one that is there "
            "first."
        ),
    }
