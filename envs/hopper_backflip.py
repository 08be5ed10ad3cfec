"""HopperBackflip: a leg that does backflips."""

from __future__ import annotations

from math import cos, sin, tau
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from rlhf_gym.envs.hopper import Hopper
from rlhf_gym.envs.robot import Observation, Step

__all__ = ["HopperBackflip"]


class HopperBackflip(Hopper):
    """Do backflips on one leg.

    The robot of `Hopper` is not to hop forward but to turn over backwards in the air, which
    Christiano et al. (2017, section 3.2) taught with about 900 answers. The agent observes posture
    and velocities as ``(12,)`` float64. Its action is a torque on each of 3 joints. There is no
    reward function: the reward is 0, and ``info["probe"]``, which evaluation counts, is by how many
    turns the torso has turned backwards, negative if forward. Episodes are truncated after 1000
    steps and never terminated.

    ## Action space
    ``Box(-1, 1, (3,))`` float32: the torque on thigh, leg and foot, as a share of the maximum.

    ## Observation space
    ``Box(12,)`` float64

    | index | quantity | unit |
    |---|---|---|
    | 0 | height of the torso | m |
    | 1, 2 | cosine and sine of the torso's angle, 0 if upright, positive forward | |
    | 3 - 5 | angles of thigh, leg and foot | rad |
    | 6, 7 | velocity of the torso forward and upwards | m/s |
    | 8 | angular velocity of the torso | rad/s |
    | 9 - 11 | angular velocities of thigh, leg and foot | rad/s |

    ## Start
    The hopper is upright, each quantity off by up to 0.005.

    ## Source
    Christiano et al., "Deep reinforcement learning from human preferences", 2017; Gymnasium's
    ``Hopper-v5``.

    >>> env = HopperBackflip()
    >>> observation, info = env.reset(seed=0)
    >>> observation.shape, float(env.step(env.action_space.sample())[1])
    ((12,), 0.0)
    """

    metadata = {
        **Hopper.metadata,
        "probe": "backflips",
        "goal": (
            "Jump, turn over backwards (anticlockwise) in the air, land on the foot: backflip "
            "after backflip."
        ),
        "tie_breaker": (
            "If neither turns over, prefer the one that jumps higher or leans back further; one "
            "that lies on the ground is worse than one that stands."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Make the environment with Gymnasium's arguments, such as ``render_mode``."""
        super().__init__(**kwargs)
        self.observation_space = Box(-np.inf, np.inf, (12,), np.float64)

    def step(self, action: Any) -> Step:
        """Apply torques for 0.008 s."""
        before = float(self.data.qpos[2])
        observation, _, _, _, info = super().step(action)
        back = np.float64((before - self.data.qpos[2]) / tau)
        return observation, np.float64(0), False, False, {**info, "probe": back}

    def _get_obs(self) -> Observation:
        seen = super()._get_obs()  # type: ignore[no-untyped-call]
        angle = float(seen[1])
        return np.concatenate((seen[:1], (cos(angle), sin(angle)), seen[2:]))
