"""FeedbackStore: clips, queries and judgements, durable, shared by all processes of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from rlhf_gym.basics.checks import check
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import leases, rows
from rlhf_gym.feedback.agreement import AnsweredPair
from rlhf_gym.feedback.database import Database
from rlhf_gym.feedback.errors import OtherEnvironment
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.feedback.store_records import Counts, EnvironmentRecord, Media, Progress
from rlhf_gym.feedback.tables import (
    IN_FORCE,
    ClipRow,
    EnvironmentRow,
    JudgementRow,
    LeaseRow,
    MediaRow,
    ProgressRow,
    QueryRow,
    complete,
)
from rlhf_gym.feedback.tally import Tally

__all__ = ["LEASE_SECONDS", "FeedbackStore"]

LEASE_SECONDS = 120.0
"""Time in seconds for which a query is reserved for the annotator who is shown it."""

Clock = Callable[[], float]


class FeedbackStore:
    """Clips, queries, judgements and their records, in one SQLite file.

    Any number of processes and threads may have it open. Whatever a method writes is committed
    when it returns, and survives a killed process (after a power cut, the last moments may be
    missing). Judgements are only ever added.

    >>> with FeedbackStore.in_memory(EnvironmentRecord("CartPole-v1")) as store:
    ...     store.counts().asked
    0

    Raises:
        StoreError: from every method, where the file is locked, full, damaged or gone; the message
            names the remedy and nothing that was committed is lost (`rlhf_gym.feedback.errors`).
    """

    def __init__(self, database: Database, clock: Clock | None) -> None:
        """Use `create`, `open` or `in_memory` instead."""
        self._database, self._tally = database, Tally()
        self._clock = clock or time.time
        self._steady = clock or time.monotonic  # for leases: never set, and the same everywhere

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        environment: EnvironmentRecord,
        timeout: float = 5.0,
        clock: Clock | None = None,
    ) -> FeedbackStore:
        """Create a new store.

        Args:
            path: the file to create, in a folder that exists (not on a network drive).
            environment: what its queries are about.
            timeout: seconds to wait while another process writes.
            clock: returns the time in seconds; by default Unix time, and for leases that since the
                machine began.
        """
        return cls(Database.create(Path(path), timeout, environment), clock)

    @classmethod
    def open(
        cls, path: str | Path, *, timeout: float = 5.0, clock: Clock | None = None
    ) -> FeedbackStore:
        """Open an existing store; arguments as in `create`."""
        check("path", str | Path, path)
        return cls(Database.open(Path(path), timeout), clock)

    @classmethod
    def in_memory(cls, environment: EnvironmentRecord) -> FeedbackStore:
        """Create a store that ends with the process, for runs in which no person answers.

        It grows beyond the memory's cache into a file without a name, which no process leaves.
        """
        return cls(Database.create(None, 5.0, environment), None)

    def fold(self) -> None:
        """Bring the file up to date, so that a copy of it alone is whole.

        SQLite writes into ``feedback.db-wal`` at first, beside it. This is done after each
        judgement, at each checkpoint and on closing.
        """
        self._database.fold()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> FeedbackStore:
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

    # --- the environment and the trainer ---

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

    def set_goal(self, goal: str) -> None:
        """Change what the agent should do, as annotators are told from now on."""
        with self._database.writing() as connection:
            connection.execute(update(EnvironmentRow).values(goal=goal))

    def check_writable(self) -> None:
        """Raise a `StoreError` if nothing can be written now."""
        with self._database.writing():
            pass

    def publish(self, progress: Progress) -> None:
        """Publish the trainer's progress to the other processes."""
        row = asdict(replace(progress, heartbeat=self._clock()))
        with self._database.writing() as connection:
            complete(connection)
            connection.execute(delete(ProgressRow))
            connection.execute(insert(ProgressRow), {"id": 1, **row})

    def progress(self) -> Progress | None:
        """The progress that the trainer published last."""
        with self._database.reading() as connection:
            return rows.progress(connection)

    # --- queries ---

    def add_queries(self, queries: Sequence[Query]) -> list[Query]:
        """Store queries and those of their clips that have no id yet, all or none.

        Returns:
            The same queries with the ids of theirs and of their clips.

        Raises:
            ValueError: one is not about two clips.
        """
        for query in queries:
            check("clips of a query", tuple[Clip, Clip], query.clips)
        with self._database.writing() as connection:
            return rows.insert_queries(connection, queries, self._clock())

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

    def withdraw(self, ids: Iterable[int]) -> list[int]:
        """Withdraw these queries, except those that are answered or shown to an annotator now.

        Returns:
            The ids of those withdrawn.
        """
        now = self._clock()
        held = select(LeaseRow.query).where(leases.live(self._steady()))
        with self._database.writing() as connection:
            open_ids = set(ids).intersection(self._tally.open_ids(connection))
            return _withdraw(connection, open_ids.difference(connection.scalars(held)), now)

    def counts(self) -> Counts:
        """How many queries there are, by their state."""
        with self._database.reading() as connection:
            return self._tally.counts(connection)

    # --- judgements ---

    def record(self, judgement: Judgement, *, fold: bool = True) -> Judgement:
        """Append a judgement; it is committed when this returns.

        It supersedes the same annotator's earlier judgement of the query. An undo is a judgement
        with `Preference.UNDONE`: the query is open again, and stays leased to the annotator, who
        still sees it. One that changes the flag or the note can be made without an answer before.

        Args:
            judgement: what was said.
            fold: whether to call `fold` as well; who records many calls it once, after them.

        Returns:
            The judgement with its id, time and what it supersedes.

        Raises:
            ValueError: there is no such query, nothing to undo, or ``supersedes`` names a judgement
                that is not the annotator's latest of this query.
        """
        now = self._clock()
        with self._database.writing() as connection:
            stored = rows.insert_judgement(connection, judgement, now)
            query, holder = stored.query, leases.holder(stored.annotator)
            leases.release(connection, [query], holder)
            if stored.preference is Preference.UNDONE:
                now = self._steady()
                leases.renew(connection, [query], holder, now, now + LEASE_SECONDS)
        if fold:
            self.fold()
        return stored

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

    # --- leases ---

    def lease(self, annotator: str, limit: int = 1, seconds: float = LEASE_SECONDS) -> list[Query]:
        """Keep up to ``limit`` open queries with drawn clips for an annotator.

        Those that the annotator holds already count and come first, then the newest. A lease is
        one of this process: another window of the same name gets other queries.

        Args:
            annotator: name of the person.
            limit: how many to hold in all.
            seconds: time for which no other annotator gets them, from now; an hour at most.
        """
        now, holder = self._steady(), leases.holder(annotator)
        with self._database.writing() as connection:
            open_ids = self._tally.open_ids(connection)
            ids = leases.take(connection, open_ids, holder, limit, now, now + seconds)
            return rows.select_queries(connection, ids)

    def renew(self, ids: Iterable[int], annotator: str, seconds: float = LEASE_SECONDS) -> set[int]:
        """Renew leases, or take them again.

        Returns:
            The ids of those that the annotator now holds: not those that another annotator
            holds, or that are answered or withdrawn.
        """
        now, holder = self._steady(), leases.holder(annotator)
        with self._database.writing() as connection:
            wanted = set(ids).intersection(self._tally.open_ids(connection))
            return leases.renew(connection, wanted, holder, now, now + seconds)

    def release(self, ids: Iterable[int], annotator: str) -> None:
        """Release queries, for other annotators to answer."""
        with self._database.writing() as connection:
            leases.release(connection, ids, leases.holder(annotator))

    # --- drawn clips ---

    def undrawn(self, limit: int = 1) -> list[Clip]:
        """Clips of open queries that are still to be drawn, frames included, newest first."""
        with self._database.reading() as connection:
            return rows.select_undrawn(connection, self._tally.open_ids(connection), limit)

    def add_media(self, clip_id: int, media: Media) -> None:
        """Record that a clip is drawn, so that its queries can be shown.

        Raises:
            ValueError: there is no such clip.
        """
        with self._database.writing() as connection:
            connection.execute(delete(MediaRow).where(MediaRow.clip == clip_id))
            connection.execute(insert(MediaRow), {"clip": clip_id, **asdict(media)})

    def mark_undrawable(self, clip_id: int, reason: str) -> None:
        """Record that a clip cannot be drawn, and withdraw its open queries."""
        with self._database.writing() as connection:
            open_ids = self._tally.open_ids(connection)
            connection.execute(
                update(ClipRow).where(ClipRow.id == clip_id).values(undrawable=reason)
            )
            shown = or_(QueryRow.first == clip_id, QueryRow.second == clip_id)
            of_clip = select(QueryRow.id).where(QueryRow.id.in_(open_ids), shown)
            _withdraw(connection, connection.scalars(of_clip).all(), self._clock())

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


def _withdraw(connection: Connection, open_ids: Iterable[int], now: float) -> list[int]:
    """Withdraw these open queries; return their ids."""
    ids, changed = sorted(open_ids), {"withdrawn": now}
    connection.execute(update(QueryRow).where(QueryRow.id.in_(ids)).values(changed))
    return ids
