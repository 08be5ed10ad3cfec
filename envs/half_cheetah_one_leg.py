"""HalfCheetahOneLeg: a flat animal that moves forward on its hind leg."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.half_cheetah import HalfCheetah
from rlhf_gym.envs.robot import Step

__all__ = ["HalfCheetahOneLeg"]

_FRONT = frozenset({"head", "fthigh", "fshin", "ffoot"})
"""MuJoCo's names of the geoms in front."""
_FORWARD = 0.5
"""Velocity in m/s above which the robot counts as moving."""


class HalfCheetahOneLeg(HalfCheetah):
    """Move forward on the hind leg, with the front leg in the air.

    The robot of `HalfCheetah` is not to run but to move on one leg, which Christiano et al. (2017,
    section 3.2) taught with about 800 answers. The observations ``(17,)`` float64 and the actions
    are those of `HalfCheetah`. There is no reward function: the reward is 0, and ``info["probe"]``,
    which evaluation counts, is 1 for a step at which the robot moves forward by more than 0.5 m/s
    and neither its front leg nor its head touches the ground, else 0. Episodes are truncated after
    1000 steps and never terminated.

    ## Action space
    ``Box(-1, 1, (6,))`` float32, see `HalfCheetah`.

    ## Observation space
    ``Box(17,)`` float64, see `HalfCheetah`.

    ## Source
    Christiano et al., "Deep reinforcement learning from human preferences", 2017; Gymnasium's
    ``HalfCheetah-v5``.

    >>> env = HalfCheetahOneLeg()
    >>> observation, info = env.reset(seed=0)
    >>> float(env.step(env.action_space.sample())[1])
    0.0
    """

    metadata = {
        **HalfCheetah.metadata,
        "probe": "steps forward on the hind leg",
        "goal": "Move forward (to the right) on the hind leg, with the front leg in the air.",
        "tie_breaker": (
            "If neither does, prefer the one whose front leg is higher; if both do, the faster one."
        ),
    }

    def step(self, action: Any) -> Step:
        """Apply torques for 0.05 s."""
        observation, _, _, _, info = super().step(action)
        probe = np.float64(info["x_velocity"] > _FORWARD and self._reared())
        return observation, np.float64(0), False, False, {**info, "probe": probe}

    def _reared(self) -> bool:
        """Return whether neither front leg nor head touches the ground."""
        ground = self.model.geom("floor").id
        for contact in self.data.contact:
            if ground in (contact.geom1, contact.geom2):
                other = contact.geom2 if contact.geom1 == ground else contact.geom1
                if self.model.geom(other).name in _FRONT:
                    return False
        return True
