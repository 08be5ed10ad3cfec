"""Recordings: snapshots and camera frames of a clip buffer, from which clips are drawn again."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array

__all__ = ["Recordings"]

OVERHEAD = 400
"""Bytes that Python needs to keep one snapshot or frame, apart from its own."""


class Recordings:
    """Snapshots and camera frames of some steps, the oldest dropped when they outgrow a bound.

    Args:
        n_envs: number of environments.
        max_bytes: bound of everything that is kept, in bytes.
    """

    def __init__(self, n_envs: int, max_bytes: int) -> None:
        self.nbytes, self._max_bytes = 0, max_bytes
        self._order: deque[tuple[int, int, bool]] = deque()
        self._snapshots: list[dict[int, bytes]] = [{} for _ in range(n_envs)]
        self._snapshot_rows: list[list[int]] = [[] for _ in range(n_envs)]
        self._frames: list[dict[int, tuple[tuple[int, ...], bytes]]] = [{} for _ in range(n_envs)]
        self._frame_rows: list[list[int]] = [[] for _ in range(n_envs)]

    def add(self, row: int, infos: Sequence[Mapping[str, object]]) -> None:
        """Keep ``snapshot`` and ``frame`` of a step's infos, see `SnapshotRecorder`."""
        for env, info in enumerate(infos):
            snapshot, frame = info.get("snapshot"), info.get("frame")
            if isinstance(snapshot, bytes):
                self.add_snapshot(row, env, snapshot)
            if isinstance(frame, np.ndarray):
                self.add_frame(row, env, frame)

    def add_snapshot(self, row: int, env: int, snapshot: bytes) -> None:
        """Keep the snapshot of the state before a step."""
        self._snapshots[env][row] = snapshot
        self._snapshot_rows[env].append(row)
        self._account(row, env, False, len(snapshot) + OVERHEAD)

    def add_frame(self, row: int, env: int, frame: Array) -> None:
        """Keep a picture ``(height, width, 3)`` uint8, compressed."""
        packed = zlib.compress(np.ascontiguousarray(frame, np.uint8).tobytes(), 1)
        self._keep_frame(row, env, frame.shape, packed)

    def _keep_frame(self, row: int, env: int, shape: tuple[int, ...], packed: bytes) -> None:
        self._frames[env][row] = (shape, packed)
        self._frame_rows[env].append(row)
        self._account(row, env, True, len(packed) + OVERHEAD)

    def state(self) -> dict[str, Array]:
        """Return all snapshots and frames as plain arrays, oldest first, for `load_state`."""
        data: list[bytes] = []
        shapes: list[tuple[int, ...]] = []
        for row, env, is_frame in self._order:
            if is_frame:
                shapes.append(self._frames[env][row][0])
                data.append(self._frames[env][row][1])
            else:
                data.append(self._snapshots[env][row])
        return {
            "extra_order": np.array(self._order, np.int64).reshape(-1, 3),
            "extra_sizes": np.array([len(part) for part in data], np.int64),
            "extra_bytes": np.frombuffer(b"".join(data), np.uint8),
            "extra_shapes": np.array(shapes, np.int64).reshape(-1, 3),
        }

    def load_state(self, state: dict[str, Array]) -> None:
        """Take over what `state` gave."""
        while self._order:
            self._drop_oldest()
        ends = np.cumsum(state["extra_sizes"]).tolist()
        content, shapes = state["extra_bytes"].tobytes(), iter(state["extra_shapes"].tolist())
        for (row, env, is_frame), begin, end in zip(
            state["extra_order"].tolist(), [0, *ends], ends, strict=False
        ):
            if is_frame:
                self._keep_frame(row, env, tuple(next(shapes)), content[begin:end])
            else:
                self.add_snapshot(row, env, content[begin:end])

    def _account(self, row: int, env: int, is_frame: bool, nbytes: int) -> None:
        self._order.append((row, env, is_frame))
        self.nbytes += nbytes
        while self.nbytes > self._max_bytes:
            self._drop_oldest()

    def forget_before(self, row: int) -> None:
        """Drop everything that belongs to older rows."""
        while self._order and self._order[0][0] < row:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        row, env, is_frame = self._order.popleft()
        if is_frame:
            self.nbytes -= len(self._frames[env].pop(row)[1]) + OVERHEAD
            self._frame_rows[env].pop(0)
        else:
            self.nbytes -= len(self._snapshots[env].pop(row)) + OVERHEAD
            self._snapshot_rows[env].pop(0)

    def snapshot_row(self, env: int, row: int) -> int | None:
        """Return the newest row with a snapshot at or before ``row``."""
        rows = self._snapshot_rows[env]
        at = bisect_right(rows, row)
        return rows[at - 1] if at else None

    def snapshot(self, env: int, row: int) -> bytes:
        """Return the snapshot of a row that has one."""
        return self._snapshots[env][row]

    def has_snapshot(self, env: int, begin: Array, row: Array) -> npt.NDArray[np.bool_]:
        """Return ``(n,)`` bool: is there a snapshot from row ``begin (n,)`` to ``row (n,)``?"""
        rows = np.array(self._snapshot_rows[env], np.int64)
        return np.asarray(np.searchsorted(rows, row, "right") > np.searchsorted(rows, begin))

    def has_frames(self, env: int, first: Array, length: Array) -> npt.NDArray[np.bool_]:
        """Return ``(n,)`` bool: do all ``length (n,)`` rows from ``first (n,)`` on have frames?"""
        rows = np.array(self._frame_rows[env], np.int64)
        count = np.searchsorted(rows, first + length) - np.searchsorted(rows, first)
        return np.asarray(count == length)

    def frames(self, env: int, first: int, length: int) -> npt.NDArray[np.uint8] | None:
        """Return the pictures of ``length`` rows, or None if one is missing."""
        frames = self._frames[env]
        if not all(row in frames for row in range(first, first + length)):
            return None
        packed = [frames[row] for row in range(first, first + length)]
        return np.stack(
            [
                np.frombuffer(zlib.decompress(data), np.uint8).reshape(shape)
                for shape, data in packed
            ]
        )
