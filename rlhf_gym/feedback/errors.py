"""Errors of a store; each message says what to do about it."""

from __future__ import annotations

import sqlalchemy.exc

__all__ = [
    "DiskFull",
    "OtherEnvironment",
    "OtherSchema",
    "StoreCorrupt",
    "StoreError",
    "StoreExists",
    "StoreLocked",
    "StoreMissing",
    "StoreReadOnly",
]


class StoreError(RuntimeError):
    """The store cannot do what was asked; the message names the remedy."""


class StoreMissing(StoreError):
    """There is no such file, or no longer."""


class StoreExists(StoreError):
    """A file already exists where a store was to be created."""


class StoreReadOnly(StoreError):
    """The file or its folder cannot be written."""


class StoreLocked(StoreError):
    """Another program holds the file for longer than the time-out."""


class DiskFull(StoreError):
    """The disk is full; everything that was committed before is safe."""


class StoreCorrupt(StoreError):
    """The file is damaged, or it is no feedback store."""


class OtherSchema(StoreError):
    """The file was written by another version of rlhf-gym."""


class OtherEnvironment(StoreError):
    """The queries in the file are about another environment."""


# By message: `sqlite_errorcode` exists only from Python 3.11 on.
_BY_MESSAGE: dict[str, tuple[type[StoreError], str]] = {
    "is locked": (
        StoreLocked,
        "another program holds {where}: close it (a database browser? a copy of this run?) and "
        "try again; what was saved before is safe",
    ),
    "disk is full": (
        DiskFull,
        "the disk of {where} is full: free some space and try again; what was saved before is safe",
    ),
    "disk I/O error": (
        DiskFull,
        "{where} cannot be written: free some space on its disk, or raise the limit on file sizes, "
        "and try again; what was saved before is safe",
    ),
    "readonly database": (
        StoreReadOnly,
        "{where} may not be written: give yourself write permission for it and its folder",
    ),
    "unable to open": (
        StoreReadOnly,
        "{where} cannot be opened: give yourself permission to read and write it and its folder",
    ),
    "not a database": (
        StoreCorrupt,
        "{where} is not a feedback store (or its first page is damaged): check the path, or put a "
        "backup in its place",
    ),
    "no such table": (
        StoreCorrupt,
        "{where} is not a feedback store, or only a part of one: check the path; if it is a copy "
        "that was made while the store was in use, copy {where}-wal to its place as well, which "
        "holds what was written last",
    ),
    "malformed": (
        StoreCorrupt,
        "{where} is damaged: keep a copy, then save what can be read with\n"
        "  sqlite3 {where} .recover | sqlite3 recovered.db",
    ),
}


def store_error(error: sqlalchemy.exc.DBAPIError, where: str) -> StoreError | ValueError:
    """Translate what the database reported about the store at ``where`` into an error."""
    reported = str(error.orig)
    if isinstance(error, sqlalchemy.exc.IntegrityError):
        return ValueError(f"the store at {where} refuses what it was given: {reported}")
    for message, (kind, remedy) in _BY_MESSAGE.items():
        if message in reported:
            return kind(f"{remedy.format(where=where)} (SQLite: {reported})")
    return StoreError(f"the store at {where} failed: {reported}")
