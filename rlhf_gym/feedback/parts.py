"""The large parts of clips' snapshots as rows, each stored once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.shared_parts import parts_of
from rlhf_gym.feedback.errors import StoreCorrupt
from rlhf_gym.feedback.tables import PartRow, Schema

__all__ = ["insert_parts", "part_reader"]


def insert_parts(connection: Connection, clips: Sequence[Clip]) -> None:
    """Insert the parts of clips that are not there yet."""
    parts = {
        name: part
        for clip in clips
        if clip.start is not None
        for name, part in parts_of(clip.start.snapshot).items()
    }
    if not parts:
        return
    Schema.metadata.tables["part"].create(connection, checkfirst=True)  # older stores have none
    there = connection.scalars(select(PartRow.sha256).where(PartRow.sha256.in_(parts)))
    for name in parts.keys() - set(there):
        row = {"sha256": name, "data": zlib.compress(parts[name], 1)}
        connection.execute(insert(PartRow), row)


def part_reader(connection: Connection) -> Callable[[str], bytes]:
    """Return a function that reads a part by its name, once."""

    @cache
    def read(name: str) -> bytes:
        data = connection.scalar(select(PartRow.data).where(PartRow.sha256 == name))
        try:
            part = b"" if data is None else zlib.decompress(data)
        except zlib.error:
            part = b""
        if sha256(part).hexdigest() != name:
            raise StoreCorrupt(
                f"a part of a clip's snapshot ({name[:8]}) is missing or was changed since it was "
                "stored: put a backup of the store in its place"
            )
        return part

    return read
