"""Snapshot: an environment's state in text, with its large parts beside it, which are kept once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

__all__ = ["SharedParts", "Snapshot", "parts_of"]


class Snapshot(bytes):
    """The state of an environment as JSON; what is large in it lies apart.

    Two are equal if their text is: it names the parts by their SHA-256.

    Attributes:
        parts: the large parts by their SHA-256, see `rlhf_gym.clips.plain_data.Shared`.
    """

    parts: Mapping[str, bytes]

    def __new__(cls, state: bytes, parts: Mapping[str, bytes]) -> Snapshot:
        """Return a snapshot of this text and these parts."""
        self = super().__new__(cls, state)
        self.parts = parts
        return self

    def __reduce__(self) -> tuple[type[Snapshot], tuple[bytes, Mapping[str, bytes]]]:
        """Pickle the text and the parts."""
        return Snapshot, (bytes(self), self.parts)


def parts_of(snapshot: bytes) -> Mapping[str, bytes]:
    """Return the large parts of a snapshot, none where all of it is in the text."""
    return snapshot.parts if isinstance(snapshot, Snapshot) else {}


class SharedParts:
    """Parts of snapshots, each kept once and for as long as one of the snapshots is.

    >>> kept = SharedParts()
    >>> first, second = Snapshot(b"1", {"aa": b"prices"}), Snapshot(b"2", {"aa": b"prices"})
    >>> kept.add(first).parts["aa"] is kept.add(second).parts["aa"], kept.nbytes
    (True, 6)
    >>> kept.remove(first)
    >>> kept.remove(second)
    >>> kept.nbytes
    0

    Attributes:
        nbytes: bytes of all parts.
    """

    def __init__(self) -> None:
        self.nbytes = 0
        self._parts: dict[str, bytes] = {}
        self._used: Counter[str] = Counter()

    def add(self, snapshot: bytes) -> bytes:
        """Keep the parts of a snapshot; return the snapshot with those that are kept already."""
        parts = parts_of(snapshot)
        if not parts:
            return snapshot
        for digest, part in parts.items():
            if digest not in self._parts:
                self._parts[digest] = part
                self.nbytes += len(part)
        self._used.update(parts.keys())
        return Snapshot(snapshot, {digest: self._parts[digest] for digest in parts})

    def remove(self, snapshot: bytes) -> None:
        """Drop the parts of a snapshot that no other one has."""
        for digest in parts_of(snapshot):
            self._used[digest] -= 1
            if not self._used[digest]:
                del self._used[digest]
                self.nbytes -= len(self._parts.pop(digest))
