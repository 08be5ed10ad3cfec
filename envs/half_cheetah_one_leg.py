"""HalfCheetahOneLeg: a flat animal that moves forward on one leg."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.half_cheetah import HalfCheetah
from rlhf_gym.envs.robot import Step

__all__ = ["HalfCheetahOneLeg"]

_FRONT = frozenset({"head", "fthigh", "fshin", "ffoot"})
"""Its geoms in front."""
_FORWARD = 0.5
"""m/s, from which on it moves."""


class HalfCheetahOneLeg(HalfCheetah):
    """A flat animal that moves forward while it stands on one leg.

    ## Description
    The robot of `HalfCheetah`, which is there to run; here it shall move forward on its hind leg,
    the other one in the air, as in Christiano et al. 2017, section 3.2, who taught it with some 800
    answers. Nobody wrote a reward for it.

    ## Action space
    ``Box(-1, 1, (6,))`` float32, see `HalfCheetah`.

    ## Observation space
    ``Box(17,)`` float64, see `HalfCheetah`.

    ## Rewards
    None: 0 at every step. ``info["probe"]`` is what a test counts: 1 for a step at which it moves
    forward by more than 0.5 m/s and its front leg and head do not touch the ground, else 0.

    ## Start
    On its feet, each angle off by up to 0.1.

    ## End
    Never terminated; truncated after 1000 steps.

    ## Source
    Christiano et al. 2017; Gymnasium's ``HalfCheetah-v5``.

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
        """Move for 0.05 s."""
        observation, _, _, _, info = super().step(action)
        probe = np.float64(info["x_velocity"] > _FORWARD and self._reared())
        return observation, np.float64(0), False, False, {**info, "probe": probe}

    def _reared(self) -> bool:
        """Whether neither front leg nor head touches the ground."""
        ground = self.model.geom("floor").id
        for contact in self.data.contact:
            if ground in (contact.geom1, contact.geom2):
                other = contact.geom2 if contact.geom1 == ground else contact.geom1
                if self.model.geom(other).name in _FRONT:
                    return False
        return True
