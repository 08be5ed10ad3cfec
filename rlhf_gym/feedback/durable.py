"""Files that survive a killed process: appended lines, files replaced whole, and locks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

__all__ = ["append_line", "held", "json_lines", "replacing"]


def append_line(path: Path, line: str) -> None:
    """Append one line to a file; it is on the disk when this returns."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a line that a killed process left half-written
                file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def json_lines(text: str) -> list[Any]:
    """Parse the lines of JSON in a text, without one that a killed process left half-written."""
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Replace a file whole or not at all.

    Yields:
        The path to write to. Its file replaces ``path`` at the end of the block; after an error it
        is removed, and ``path`` stays as it was.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def held(lock_file: Path, refusal: str) -> Iterator[None]:
    """Hold a lock that no other process can hold meanwhile.

    Raises:
        ValueError: another process holds it; the message is ``refusal``.
    """
    try:
        lock = FileLock(lock_file, blocking=False).acquire()
    except Timeout as error:
        raise ValueError(refusal) from error
    with lock:
        yield
