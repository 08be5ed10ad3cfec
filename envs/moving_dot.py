"""MovingDot: bring a dot to the ring in the middle, observed as a small picture."""

from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.screen import BLUE, DARK, ORANGE, DrawnEnv

__all__ = ["MovingDot"]

_SIZE = 36  # the smallest picture that stable-baselines3's NatureCNN takes
_CELLS = 11
_MIDDLE = _CELLS // 2
_PIXELS_A_CELL = 3
_MARGIN = 1
_DOT = 4
_SCALE = 10
_MOVES = np.array([(0, 0), (0, -1), (0, 1), (-1, 0), (1, 0)])
"""Change of (row, column) for each action."""

_FIELD = (30, 33, 40)

Picture = npt.NDArray[np.uint8]


class MovingDot(DrawnEnv[Picture, "np.int64 | int"]):
    """Bring a dot to the ring in the middle and keep it there.

    A dot lies on a square field of 11 x 11 cells with a ring in the middle. The agent observes a
    picture of 36 x 36 pixels, so that convolutional policies and reward models can be tried within
    minutes on a CPU. Its action moves the dot by one cell or leaves it where it is; a move into the
    wall does nothing. The reward is ``-(rows + columns between dot and ring after the move) / 10``,
    from -1 in a corner to 0 on the ring. Episodes are truncated after 50 steps and never
    terminated.

    ## Action space
    ``Discrete(5)``: stay (0), left (1), right (2), up (3), down (4).

    ## Observation space
    ``Box(0, 255, (36, 36, 1))`` uint8: the field is 0, the ring 128 and one pixel thick, the dot a
    square of 4 x 4 pixels of 255. The ring encloses the dot that has reached it.

    ## Start
    The dot is put on a cell outside the ring, drawn uniformly.

    ## Source
    Made for rlhf-gym, after the task of the same name in github.com/mrahtz/gym-moving-dot.
    """

    metadata = {
        **DrawnEnv.metadata,
        "render_fps": 10,
        "goal": "Bring the blue dot to the orange ring quickly and keep it there.",
        "tie_breaker": (
            "If it gets there in neither, the one that ends closer to the ring is better; if in "
            "both, the one that is there first."
        ),
        "keys_to_action": {"": 0, "left": 1, "right": 2, "up": 3, "down": 4},
    }

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.action_space = gym.spaces.Discrete(len(_MOVES))
        self.observation_space = gym.spaces.Box(0, 255, (_SIZE, _SIZE, 1), np.uint8)
        self.ring = np.full(2, _MIDDLE)
        self.dot = np.zeros(2, dtype=np.int64)

    def _begin(self) -> None:
        cell = int(self.np_random.integers(_CELLS**2 - 1))
        cell += cell >= _MIDDLE * (_CELLS + 1)
        self.dot = np.array(divmod(cell, _CELLS))

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        action = self._checked(action)
        (row, column), (down, right) = self.dot.tolist(), _MOVES[action]
        row, column = (min(max(cell, 0), _CELLS - 1) for cell in (row + down, column + right))
        self.dot = np.array((row, column))
        distance = abs(row - int(self.ring[0])) + abs(column - int(self.ring[1]))
        return -distance / (2 * _MIDDLE), {}

    def _observe(self) -> Picture:
        return self._with_dot(_ring_alone(*self.ring.tolist()))

    def _with_dot(self, field: Picture) -> Picture:
        """Return a copy of a picture of the field with the dot on it."""
        picture: Picture = field.copy()
        row, column = (_MARGIN + _PIXELS_A_CELL * cell for cell in self.dot.tolist())
        picture[row : row + _DOT, column : column + _DOT] = 255
        return picture

    def _draw(self) -> Picture:
        frame = np.full((_SIZE * _SCALE, _SIZE * _SCALE, 3), DARK, dtype=np.uint8)
        frame[_SCALE:-_SCALE, _SCALE:-_SCALE] = _FIELD
        ring, dot = (
            _SCALE * (_MARGIN + _DOT / 2 + _PIXELS_A_CELL * cell) for cell in (self.ring, self.dot)
        )
        _paint(frame, ring, 24, 30, ORANGE)
        _paint(frame, dot, -1, 18, BLUE)
        return frame


@cache
def _ring_alone(row: int, column: int) -> Picture:
    """Return what the agent observes of a field without a dot."""
    picture = np.zeros((_SIZE, _SIZE, 1), dtype=np.uint8)
    row, column = _MARGIN + _PIXELS_A_CELL * row, _MARGIN + _PIXELS_A_CELL * column
    picture[row - 1 : row + _DOT + 1, column - 1 : column + _DOT + 1] = 128
    picture[row : row + _DOT, column : column + _DOT] = 0
    return picture


def _paint(
    frame: Picture, centre: npt.NDArray[Any], inner: float, outer: float, colour: tuple[int, ...]
) -> None:
    """Paint a ring with smooth edges into ``frame``; a negative inner radius makes it a disc."""
    top, left = np.maximum(centre - outer - 1, 0).astype(int)
    part = frame[top : top + 2 * int(outer) + 3, left : left + 2 * int(outer) + 3]
    rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
    distance = np.hypot(rows + 0.5 - centre[0], columns + 0.5 - centre[1])
    cover = np.clip(np.minimum(distance - inner, outer - distance) + 0.5, 0, 1)[..., None]
    part[:] = np.round(cover * np.array(colour) + (1 - cover) * part)
