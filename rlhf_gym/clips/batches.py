"""Batches of clips that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions

__all__ = ["AT_ONCE", "parts_of"]

AT_ONCE = 2**26
"""Bytes of clips that are copied at once; hundreds of clips of pictures would fill the memory."""


def parts_of(buffer: ClipBuffer, positions: Positions, max_bytes: int) -> Iterator[Positions]:
    """Yield the positions of clips in parts, of which ``ClipBuffer.batch`` copies few bytes each.

    Args:
        buffer: where the clips are.
        positions: all of them.
        max_bytes: of the copies of one part, unless one clip alone is larger.
    """
    one = buffer.batch(positions[:1])[0]
    size = max(max_bytes // max(sum(array.nbytes for array in one.arrays()), 1), 1)
    for start in range(0, len(positions), size):
        yield positions[start : start + size]
