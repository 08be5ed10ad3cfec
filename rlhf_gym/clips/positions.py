"""Positions: where clips lie in a clip buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.clip import Array

__all__ = ["Positions"]


@dataclass(frozen=True)
class Positions:
    """Where clips lie in a `ClipBuffer`.

    Attributes:
        env: ``(n,)`` index of the environment.
        first: ``(n,)`` number of the row (counted from the buffer's first ever) of the first step.
        length: ``(n,)`` number of steps, at most the clip length.
    """

    env: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.env)

    def __getitem__(self, index: Array | slice) -> Positions:
        """The positions at ``index``."""
        return Positions(self.env[index], self.first[index], self.length[index])

    def where(self, condition: Array, other: Positions) -> Positions:
        """These positions where ``condition`` ``(n,)`` holds, and those of ``other`` elsewhere."""
        return Positions(
            np.where(condition, self.env, other.env),
            np.where(condition, self.first, other.first),
            np.where(condition, self.length, other.length),
        )

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """Environment, first row and length of one clip after the other."""
        return zip(self.env.tolist(), self.first.tolist(), self.length.tolist(), strict=True)
