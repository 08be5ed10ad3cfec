"""Files that survive a killed process: appended lines, files replaced whole, and locks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rlhf_gym.basics.processes import lives

__all__ = [
    "append_line",
    "held",
    "is_unfinished",
    "json_lines",
    "remove_unfinished",
    "replacing",
    "sha256_of",
    "sync_folder",
    "sync_tree",
    "unfinished_name",
    "write_text",
]

UNFINISHED = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)(-wal|-shm|-journal)?")
"""Names of files that are not finished, as `unfinished_name` gives them, and what SQLite adds."""
STALE_SECONDS = 5.0
"""Seconds for which an unfinished file must not have changed to be one that was left."""


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
    """Replace a file whole or not at all; it is on the disk when the block ends.

    Yields:
        The path to write to. Its file replaces ``path`` at the end of the block; after an error it
        is removed, and ``path`` stays as it was.
    """
    unfinished = unfinished_name(path)
    try:
        yield unfinished
        _sync(unfinished)
        os.replace(unfinished, path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def unfinished_name(path: Path) -> Path:
    """Return the path to which this process writes a file until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def is_unfinished(path: Path) -> bool:
    """Return whether a path is one that `unfinished_name` gave to any process."""
    return UNFINISHED.fullmatch(path.name) is not None


def remove_unfinished(folder: Path) -> None:
    """Remove the unfinished files that killed processes left in a folder."""
    for path in folder.glob(".*"):
        with suppress(OSError):
            found = UNFINISHED.fullmatch(path.name)
            stale = path.stat().st_mtime < time.time() - STALE_SECONDS
            if found and stale and path.is_file() and not lives(int(found["process"])):
                path.unlink()


def sync_tree(folder: Path) -> None:
    """Write a folder's files to the disk, and their names."""
    for path in folder.iterdir():
        _sync(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Write the names of a folder's files to the disk, where the system can."""
    if os.name == "posix":
        with suppress(OSError):  # some network drives refuse
            _sync(folder)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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
