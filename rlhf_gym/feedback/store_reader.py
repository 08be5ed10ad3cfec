"""StoreReader: what is in a store of clips, queries and judgements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TypeAlias, TypeVar

from sqlalchemy import func, select

from rlhf_gym.basics.checks import check
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import leases, rows
from rlhf_gym.feedback.agreement import AnsweredPair
from rlhf_gym.feedback.database import Database
from rlhf_gym.feedback.errors import OtherEnvironment
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.feedback.store_records import Counts, EnvironmentRecord, Media, Progress
from rlhf_gym.feedback.tables import (
    IN_FORCE,
    ClipRow,
    EnvironmentRow,
    JudgementRow,
    MediaRow,
    QueryRow,
)
from rlhf_gym.feedback.tally import Tally

__all__ = ["Clock", "StoreReader"]

Clock: TypeAlias = Callable[[], float]
"""Returns the time in seconds."""
Store = TypeVar("Store", bound="StoreReader")


class StoreReader:
    """Reads clips, queries, judgements and their records; `FeedbackStore` writes them too.

    Raises:
        StoreError: from every method, where the file is locked, damaged or gone; the message names
            the remedy (`rlhf_gym.feedback.errors`).
    """

    def __init__(self, database: Database, clock: Clock | None) -> None:
        """Use `open` instead."""
        self._database, self._tally = database, Tally()
        self._clock = clock or time.time
        self._steady = clock or time.monotonic  # for leases: never set, and the same everywhere

    @classmethod
    def open(
        cls: type[Store], path: str | Path, *, timeout: float = 5.0, clock: Clock | None = None
    ) -> Store:
        """Open an existing store; arguments as in `FeedbackStore.create`."""
        check("path", str | Path, path)
        return cls(Database.open(Path(path), timeout), clock)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self: Store) -> Store:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    @property
    def environment(self) -> EnvironmentRecord:
        """The environment that the queries are about."""
        with self._database.reading() as connection:
            row = connection.execute(select(EnvironmentRow.__table__)).one()
        return EnvironmentRecord(**row._mapping)

    def check_environment(self, environment: EnvironmentRecord) -> None:
        """Raise `OtherEnvironment` unless the queries are about ``environment``."""
        stored = self.environment
        for field in ("env_id", "observation_space", "action_space", "spec_json"):
            mine, other = getattr(stored, field), getattr(environment, field)
            if mine and other and mine != other:
                raise OtherEnvironment(
                    f"the store at {self._database.where} is about {stored.env_id}, with {field} "
                    f"{mine!r}, but it is to be used for {environment.env_id} with {other!r}: "
                    "choose another run folder, or resume the run with its own environment"
                )

    def progress(self) -> Progress | None:
        """The progress that the trainer published last."""
        with self._database.reading() as connection:
            return rows.progress(connection)

    def query(self, id: int) -> Query:
        """The query with this id; its clips come without their frames.

        Raises:
            ValueError: there is none.
        """
        return self.queries([id])[0]

    def queries(self, ids: Iterable[int] | None = None) -> list[Query]:
        """Return the queries with these ids, in the order of the ids; all queries where None.

        Raises:
            ValueError: there is none with one of the ids.
        """
        with self._database.reading() as connection:
            if ids is None:
                ids = connection.scalars(select(QueryRow.id).order_by(QueryRow.id)).all()
            return rows.select_queries(connection, list(ids))

    def purposes(self) -> dict[int, Purpose]:
        """Return what each query was asked for, by id; no clip is read."""
        with self._database.reading() as connection:
            return rows.purposes(connection)

    def open_queries(self) -> list[Query]:
        """The queries that are neither answered nor withdrawn, oldest first."""
        with self._database.reading() as connection:
            return rows.select_queries(connection, self._tally.open_ids(connection))

    def open_ids(self) -> list[int]:
        """Return the ids of `open_queries`, which is faster, since no clip is read."""
        with self._database.reading() as connection:
            return self._tally.open_ids(connection)

    def others_hold(self, annotator: str) -> bool:
        """Whether somebody else, or another window of this annotator, holds a query."""
        with self._database.reading() as connection:
            return leases.held_by_others(connection, leases.holder(annotator), self._steady())

    def counts(self) -> Counts:
        """How many queries there are, by their state."""
        with self._database.reading() as connection:
            return self._tally.counts(connection)

    def judgements(self, after: int = 0) -> list[Judgement]:
        """Return the judgements after id ``after``, with undone and superseded ones."""
        with self._database.reading() as connection:
            return rows.select_judgements(connection, JudgementRow.id > after)

    def current(self) -> dict[int, list[Judgement]]:
        """The judgements in force (neither superseded nor undone), by query."""
        with self._database.reading() as connection:
            found = rows.select_judgements(connection, IN_FORCE)
        by_query: dict[int, list[Judgement]] = {}
        for judgement in found:
            by_query.setdefault(judgement.query, []).append(judgement)
        return by_query

    def answered_pairs(self) -> list[AnsweredPair]:
        """Return the judgements in force with the pairs that they are about; no clip is read."""
        with self._database.reading() as connection:
            return rows.select_answered_pairs(connection)

    def undrawn(self, limit: int = 1) -> list[Clip]:
        """Clips of open queries that are still to be drawn, frames included, newest first."""
        with self._database.reading() as connection:
            return rows.select_undrawn(connection, self._tally.open_ids(connection), limit)

    def undrawable(self) -> dict[int, str]:
        """The clips that cannot be drawn, by id, and why."""
        with self._database.reading() as connection:
            marked = select(ClipRow.id, ClipRow.undrawable).where(ClipRow.undrawable.is_not(None))
            return {id: str(reason) for id, reason in connection.execute(marked)}

    def drawn_clips(self) -> int:
        """Return how many clips are drawn."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(MediaRow)) or 0

    def media(self, clip_id: int) -> Media | None:
        """The drawn clip, or None."""
        with self._database.reading() as connection:
            return rows.media(connection, clip_id)
