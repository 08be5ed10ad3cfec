"""The SQLite file beneath a store: connections, transactions, creation and checks."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from rlhf_gym.basics.durable import sync_folder, unfinished_name
from rlhf_gym.basics.interrupts import uninterrupted
from rlhf_gym.feedback.errors import (
    OtherSchema,
    StoreCorrupt,
    StoreExists,
    StoreMissing,
    StoreReadOnly,
    store_error,
)
from rlhf_gym.feedback.store_records import EnvironmentRecord
from rlhf_gym.feedback.tables import SCHEMA_VERSION, EnvironmentRow, Schema, SchemaRow

__all__ = ["Database"]


class Database:
    """Read and write transactions on one SQLite file, or on one without a name.

    Writers queue up (``BEGIN IMMEDIATE``) and readers never wait (write-ahead log). A transaction
    is committed when its ``with`` block ends and undone where it raises.

    Args:
        path: the file, which must exist, or None for a database that ends with the process; what
            is beyond a cache of some MB lies in a file that has no name.
        timeout: seconds to wait for another writer.
        new: whether the file is empty and becomes a store.
    """

    def __init__(self, path: Path | None, timeout: float, new: bool = False) -> None:
        """Prepare the engine; connections open when they are needed."""
        self.path = path
        self._timeout = timeout
        self._new = new
        self._identity = None if path is None else _identity(path)
        # A database without a name has one connection only: threads wait for it in the pool.
        self._engine: Engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=1 if path is None else 5,
            max_overflow=0 if path is None else 10,
        )
        self._writer = self._engine.execution_options(write=True)
        event.listen(self._engine, "begin", _begin)
        # When the last connection closes, SQLite folds its log into the file and removes it.
        weakref.finalize(self, self._engine.dispose)

    @classmethod
    def create(cls, path: Path | None, timeout: float, environment: EnvironmentRecord) -> Database:
        """Create a file, whole or not at all, or a database in memory where ``path`` is None."""
        if path is None:
            database = cls(None, timeout)
            database._fill(environment)
            return database
        unfinished = unfinished_name(path)
        _create_file(unfinished, path)
        try:
            database = cls(unfinished, timeout, new=True)
            database._fill(environment)
            database.close()
            _put_in_place(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
        return cls(path, timeout)

    def _fill(self, environment: EnvironmentRecord) -> None:
        with self.writing() as connection:
            Schema.metadata.create_all(connection)
            connection.execute(insert(SchemaRow).values(version=SCHEMA_VERSION))
            connection.execute(insert(EnvironmentRow).values(asdict(environment)))

    @classmethod
    def open(cls, path: Path, timeout: float) -> Database:
        """Open an existing file, which is checked before it is used."""
        database = cls(path, timeout)
        try:
            database._check()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def where(self) -> str:
        """The file's path, for messages."""
        return "memory" if self.path is None else str(self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a read transaction: one consistent view, which waits for no other process."""
        try:
            with uninterrupted(), self._engine.connect() as connection:
                self._check_in_place()
                yield connection
        except DBAPIError as error:
            raise store_error(error, self.where) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin a write transaction, which is committed when the block ends."""
        try:
            with uninterrupted(), self._writer.begin() as connection:
                self._check_in_place()
                yield connection
        except DBAPIError as error:
            raise store_error(error, self.where) from error

    def fold(self) -> None:
        """Write the write-ahead log back into the file, so that a copy of it alone is whole.

        It is left for later where another program reads, or the disk is full.
        """
        if self.path is None:
            return
        with uninterrupted(), suppress(sqlite3.Error, DBAPIError), self._raw() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """Provide a connection outside of any transaction."""
        pooled = self._engine.raw_connection()
        try:
            yield pooled.driver_connection  # type: ignore[misc]
        finally:
            pooled.close()

    def close(self) -> None:
        """Close all connections."""
        self.fold()
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        # isolation_level None: the sqlite3 module begins no transaction of its own.
        file = "" if self.path is None else f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(
            file, uri=True, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )
        try:
            if self._new:  # the file keeps this setting; a file that is no store is left as it is
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")  # the file may be a stranger's
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self) -> None:
        """Raise unless the file is an undamaged store of this schema version."""
        with self.reading() as connection:
            version = connection.scalar(select(SchemaRow.version))
            if version != SCHEMA_VERSION:
                raise OtherSchema(
                    f"{self.where} has schema version {version}, this rlhf-gym reads version "
                    f"{SCHEMA_VERSION}: use the rlhf-gym that wrote it (versions.json beside it "
                    "names the version), or start a new run"
                )
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if found != "ok":
                raise StoreCorrupt(
                    f"{self.where} is damaged ({found}): keep a copy, then save what can be read "
                    f"with\n  sqlite3 {self.where} .recover | sqlite3 recovered.db"
                )

    def _check_in_place(self) -> None:
        # SQLite goes on writing into a file that was deleted or replaced: answers would be lost.
        if self.path is not None and _identity(self.path) != self._identity:
            raise StoreMissing(
                f"{self.path} was replaced while it was in use: nothing was written; close all "
                "windows and trainers of this run and resume it"
            )


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _create_file(unfinished: Path, path: Path) -> None:
    """Create the empty file in which the store at ``path`` begins."""
    if path.exists():
        raise _exists(path)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o644))
    except FileNotFoundError:
        raise StoreMissing(
            f"the folder {path.parent} does not exist: create it first, or check the path"
        ) from None
    except OSError as error:
        raise StoreReadOnly(
            f"{path} cannot be created ({error.strerror}): give yourself write permission for its "
            "folder, or choose another"
        ) from error


def _put_in_place(unfinished: Path, path: Path) -> None:
    """Rename a file, unless there is one of the new name by now."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, AttributeError):  # a file system without links, such as FAT
        os.replace(unfinished, path)
    sync_folder(path.parent)


def _exists(path: Path) -> StoreExists:
    return StoreExists(
        f"there is a store at {path} already: resume that run, or choose another run folder"
    )


def _identity(path: Path) -> tuple[int, int]:
    # Never open() the file here: closing it would drop SQLite's locks (POSIX advisory locks).
    try:
        status = path.stat()
    except FileNotFoundError:
        raise StoreMissing(
            f"there is no feedback store at {path}: check the run folder, or start a new run"
        ) from None
    return status.st_dev, status.st_ino
