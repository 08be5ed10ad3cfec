"""Recordings: snapshots and camera frames of a clip buffer, from which clips are drawn again."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.pictures import stacked
from rlhf_gym.clips.shared_parts import SharedParts, Snapshot, parts_of
from rlhf_gym.envs.step_notes import StepNotes

__all__ = ["Recordings"]

OVERHEAD = 400
"""Bytes that Python needs to keep one snapshot or frame, apart from its own."""

_Kept: TypeAlias = dict[int, tuple[bytes, tuple[int, ...]]]
"""Data and shape by row; the shape of a snapshot is ()."""


class Recordings:
    """Snapshots and camera frames of some steps, the oldest dropped when they outgrow a bound.

    What several snapshots share, of whichever environments, is kept and counted once.

    Args:
        n_envs: number of environments.
        max_bytes: bound of everything that is kept, in bytes.
    """

    def __init__(self, n_envs: int, max_bytes: int) -> None:
        self._max_bytes, self._own_bytes = max_bytes, 0
        self._shared = SharedParts()
        self._order: deque[tuple[int, int, bool]] = deque()
        self._kept: list[tuple[_Kept, _Kept]] = [({}, {}) for _ in range(n_envs)]
        """Of each environment, snapshots and frames by their rows, the oldest first."""

    @property
    def nbytes(self) -> int:
        """The bytes of everything that is kept."""
        return self._own_bytes + self._shared.nbytes

    def add(self, row: int, notes: Sequence[StepNotes]) -> None:
        """Keep the snapshots and frames that are noted about a step."""
        for env, noted in enumerate(notes):
            if noted.snapshot is not None:
                self._keep(row, env, noted.snapshot)
            if noted.frame is not None:
                pixels = np.ascontiguousarray(noted.frame, np.uint8).tobytes()
                self._keep(row, env, zlib.compress(pixels, 1), noted.frame.shape)

    def _keep(self, row: int, env: int, data: bytes, shape: tuple[int, ...] = ()) -> None:
        """Keep a snapshot or, with its shape, a compressed frame."""
        is_frame = bool(shape)
        self._kept[env][is_frame][row] = self._shared.add(data), shape
        self._order.append((row, env, is_frame))
        self._own_bytes += len(data) + OVERHEAD
        while self.nbytes > self._max_bytes:
            self._drop_oldest()

    def state(self) -> dict[str, Array]:
        """Return all snapshots and frames as plain arrays, oldest first, for `load_state`."""
        kept = [self._kept[env][is_frame][row] for row, env, is_frame in self._order]
        return {
            "extra_order": np.array(self._order, np.int64).reshape(-1, 3),
            "extra_sizes": np.array([len(data) for data, _ in kept], np.int64),
            "extra_bytes": np.frombuffer(b"".join(data for data, _ in kept), np.uint8),
            "extra_shapes": np.array([shape for _, shape in kept if shape], np.int64).reshape(
                -1, 3
            ),
            **_shared_state([parts_of(data) for data, _ in kept]),
        }

    def load_state(self, state: dict[str, Array]) -> None:
        """Take over what `state` gave."""
        while self._order:
            self._drop_oldest()
        ends = np.cumsum(state["extra_sizes"]).tolist()
        content, shapes = state["extra_bytes"].tobytes(), iter(state["extra_shapes"].tolist())
        shared = _shared_parts(state)
        for at, ((row, env, is_frame), begin, end) in enumerate(
            zip(state["extra_order"].tolist(), [0, *ends], ends, strict=False)
        ):
            data, shape = content[begin:end], tuple(next(shapes)) if is_frame else ()
            self._keep(row, env, Snapshot(data, shared[at]) if at in shared else data, shape)

    def forget_before(self, row: int) -> None:
        """Drop everything that belongs to older rows."""
        while self._order and self._order[0][0] < row:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        row, env, is_frame = self._order.popleft()
        data, _ = self._kept[env][is_frame].pop(row)
        self._own_bytes -= len(data) + OVERHEAD
        self._shared.remove(data)

    def _rows(self, env: int, *, frames: bool) -> npt.NDArray[np.int64]:
        kept = self._kept[env][frames]
        return np.fromiter(kept, np.int64, len(kept))

    def snapshot_row(self, env: int, row: int) -> int | None:
        """Return the newest row with a snapshot at or before ``row``."""
        rows = self._rows(env, frames=False)
        at = int(np.searchsorted(rows, row, "right"))
        return int(rows[at - 1]) if at else None

    def snapshot(self, env: int, row: int) -> bytes:
        """Return the snapshot of a row that has one."""
        return self._kept[env][False][row][0]

    def has_snapshot(self, env: int, begin: Array, row: Array) -> npt.NDArray[np.bool_]:
        """Return ``(n,)`` bool: is there a snapshot from row ``begin (n,)`` to ``row (n,)``?"""
        rows = self._rows(env, frames=False)
        return np.asarray(np.searchsorted(rows, row, "right") > np.searchsorted(rows, begin))

    def has_frames(self, env: int, first: Array, length: Array) -> npt.NDArray[np.bool_]:
        """Return ``(n,)`` bool: do all ``length (n,)`` rows from ``first (n,)`` on have frames?"""
        rows = self._rows(env, frames=True)
        count = np.searchsorted(rows, first + length) - np.searchsorted(rows, first)
        return np.asarray(count == length)

    def frames(self, env: int, first: int, length: int) -> npt.NDArray[np.uint8] | None:
        """Return the pictures of ``length`` rows, or None if one is missing."""
        frames, rows = self._kept[env][True], range(first, first + length)
        if not all(row in frames for row in rows):
            return None
        kept = [frames[row] for row in rows]
        return stacked(
            [np.frombuffer(zlib.decompress(data), np.uint8).reshape(shape) for data, shape in kept]
        )


def _shared_state(kept: Sequence[Mapping[str, bytes]]) -> dict[str, Array]:
    """Return the parts of snapshots as plain arrays, and of which snapshot each is."""
    parts = {digest: part for each in kept for digest, part in each.items()}
    number = {digest: i for i, digest in enumerate(parts)}
    used = [(at, number[digest]) for at, each in enumerate(kept) for digest in each]
    return {
        "shared_names": np.array(list(parts), "U64"),
        "shared_sizes": np.array([len(part) for part in parts.values()], np.int64),
        "shared_bytes": np.frombuffer(b"".join(parts.values()), np.uint8),
        "shared_used": np.array(used, np.int64).reshape(-1, 2),
    }


def _shared_parts(state: Mapping[str, Array]) -> dict[int, dict[str, bytes]]:
    """Return the parts of those snapshots that have any, by their place in the order."""
    if "shared_names" not in state:  # of a checkpoint of version 0.1.0
        return {}
    names, ends = state["shared_names"].tolist(), np.cumsum(state["shared_sizes"])
    content = [each.tobytes() for each in np.split(state["shared_bytes"], ends[:-1])]
    found: dict[int, dict[str, bytes]] = {}
    for at, number in state["shared_used"].tolist():
        found.setdefault(at, {})[names[number]] = content[number]
    return found
