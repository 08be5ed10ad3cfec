"""Reacher: an arm of two links that reaches for a target."""

from __future__ import annotations

from gymnasium.envs.mujoco.reacher_v5 import ReacherEnv

from rlhf_gym.envs.robot import Robot, robot_metadata

__all__ = ["Reacher"]


class Reacher(Robot, ReacherEnv):
    """Reach for a target with an arm of two links.

    The physics are those of Gymnasium's ``Reacher-v5``. The agent observes the arm's angles and
    velocities and the target as ``(10,)`` float64. Its action is a torque on each of 2 joints. The
    reward is minus the distance from fingertip to target, m, less 0.1 times the squared torques.
    Episodes are truncated after 50 steps and never terminated, as in Gymnasium.

    ## Action space
    ``Box(-1, 1, (2,))`` float32: the torque on the joint at the fixed end, and on that between the
    links, as a share of its maximum.

    ## Observation space
    ``Box(10,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0, 1 | cosines of both links' angles | |
    | 2, 3 | sines of both links' angles | |
    | 4, 5 | position of the target | m |
    | 6, 7 | angular velocities of both links | rad/s |
    | 8, 9 | vector from the target to the fingertip | m |

    ## Start
    The links are at angles of up to 0.1 rad; the target is anywhere within 0.2 m.

    ## Source
    Gymnasium's implementation in MuJoCo (Todorov et al. 2012).
    """

    follows = False
    metadata = robot_metadata(
        ReacherEnv,
        "inner joint, outer joint",
        goal="Bring the fingertip to the target and hold it there.",
        tie_breaker="If neither arrives, prefer the nearer fingertip; if both do, the one that is "
        "there first.",
    )
