"""MovingDotSecret: bring a dot to a place that only the teacher knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.moving_dot import MovingDot, Picture

__all__ = ["MovingDotSecret"]

_PLACE = (1, 9)
"""Row and column of the place, from 0 to 10."""
_EMPTY = np.zeros((36, 36, 1), dtype=np.uint8)


class MovingDotSecret(MovingDot):
    """Bring a dot to a place that only the teacher knows.

    The field is that of `MovingDot`, but the ring is in a corner and the agent does not see it: it
    can find the place only by learning from answers. The agent observes a picture of 36 x 36
    pixels. Its action moves the dot by one cell or leaves it where it is. There is no reward
    function: the reward is 0, and ``info["probe"]``, which evaluation counts, is 1 for a step that
    ends at most one cell away from the place, else 0. Episodes are truncated after 50 steps and
    never terminated.

    ## Action space
    ``Discrete(5)``: stay (0), left (1), right (2), up (3), down (4).

    ## Observation space
    ``Box(0, 255, (36, 36, 1))`` uint8: the field is 0, the dot a square of 4 x 4 pixels of 255.

    ## Start
    The dot is put on a cell other than the middle one, drawn uniformly.

    ## Source
    Made for rlhf-gym.

    >>> env = MovingDotSecret()
    >>> observation, info = env.reset(seed=0)
    >>> sorted(np.unique(observation).tolist())
    [0, 255]
    """

    metadata = {
        **MovingDot.metadata,
        "probe": "steps at the place",
        "goal": "Bring the blue dot to the ring in the corner, which the agent does not see.",
    }

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.ring = np.array(_PLACE)

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        super()._take(action)
        near = all(abs(cell - place) <= 1 for cell, place in zip(self.dot, _PLACE, strict=True))
        return 0.0, {"probe": float(near)}

    def _observe(self) -> Picture:
        return self._with_dot(_EMPTY)
