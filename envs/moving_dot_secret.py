"""MovingDotSecret: bring a dot to a place that only the person knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlhf_gym.envs.moving_dot import MovingDot, Picture

__all__ = ["MovingDotSecret"]

_PLACE = (1, 9)
"""The cell (row, column), from 0 to 10."""
_EMPTY = np.zeros((36, 36, 1), dtype=np.uint8)


class MovingDotSecret(MovingDot):
    """Bring a dot to a place that only the person knows.

    ## Description
    The field of `MovingDot`, but the ring is in a corner, and only the person sees it: the agent's
    picture has none. It can find the place only by learning from her answers.

    ## Action space
    ``Discrete(5)``: stay, left, right, up, down.

    ## Observation space
    ``Box(0, 255, (36, 36, 1))`` uint8: the field is 0, the dot a square of 4 x 4 pixels of 255.

    ## Rewards
    None: 0 at every step. ``info["probe"]`` is what a test counts: 1 for a step that ends at most
    one cell away from the place, else 0.

    ## Start
    The dot is put on a cell other than the middle one, drawn uniformly.

    ## End
    Never terminated; truncated after 50 steps.

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
        """Make the environment.

        Args:
            render_mode: ``"rgb_array"``, ``"human"`` or None.

        Raises:
            ValueError: if the render mode is another one.
        """
        super().__init__(render_mode)
        self.ring = np.array(_PLACE)

    def step(self, action: np.int64 | int) -> tuple[Picture, float, bool, bool, dict[str, Any]]:
        """Move the dot by one cell."""
        observation, *_ = super().step(action)
        near = all(abs(cell - place) <= 1 for cell, place in zip(self.dot, _PLACE, strict=True))
        return observation, 0.0, False, False, {"probe": float(near)}

    def _observe(self) -> Picture:
        return self._with_dot(_EMPTY)
