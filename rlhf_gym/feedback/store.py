"""FeedbackStore: clips, queries and judgements, durable, shared by all processes of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sqlalchemy import Connection, delete, insert, or_, select, update

from rlhf_gym.basics.checks import check
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import leases, rows
from rlhf_gym.feedback.database import Database
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.store_reader import Clock, StoreReader
from rlhf_gym.feedback.store_records import EnvironmentRecord, Media, Progress
from rlhf_gym.feedback.tables import (
    ClipRow,
    EnvironmentRow,
    LeaseRow,
    MediaRow,
    ProgressRow,
    QueryRow,
    complete,
)

__all__ = ["LEASE_SECONDS", "FeedbackStore"]

LEASE_SECONDS = 120.0
"""Time in seconds for which a query is reserved for the annotator who is shown it."""


class FeedbackStore(StoreReader):
    """Clips, queries, judgements and their records, in one SQLite file; made by `create`.

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

    def record(self, judgement: Judgement, *, fold: bool = True) -> Judgement:
        """Append a judgement; it is committed when this returns.

        It supersedes the same annotator's earlier judgement of the query. An undo is a judgement
        with `Preference.UNDONE`: the query is open again, unless others have answered it, and stays
        leased to the annotator, who still sees it. One that changes the flag or the note can be
        made without an answer before.

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
            others = self._tally.annotators_of(connection, judgement.query) - {judgement.annotator}
            stored = rows.insert_judgement(connection, judgement, now)
            query, holder = stored.query, leases.holder(stored.annotator)
            leases.release(connection, [query], holder)
            if stored.preference is Preference.UNDONE and not others:
                now = self._steady()
                leases.renew(connection, [query], holder, now, now + LEASE_SECONDS)
        if fold:
            self.fold()
        return stored

    def lease(
        self,
        annotator: str,
        limit: int = 1,
        seconds: float = LEASE_SECONDS,
        without: Iterable[int] = (),
    ) -> list[Query]:
        """Keep up to ``limit`` open queries with drawn clips for an annotator.

        Those that the annotator holds already count and come first, then the newest. A lease is
        one of this process: another window of the same name gets other queries.

        Args:
            annotator: name of the person.
            limit: how many to hold in all.
            seconds: time for which no other annotator gets them, from now; an hour at most.
            without: ids of queries that are left to others.
        """
        now, holder, others = self._steady(), leases.holder(annotator), set(without)
        with self._database.writing() as connection:
            open_ids = [id_ for id_ in self._tally.open_ids(connection) if id_ not in others]
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


def _withdraw(connection: Connection, open_ids: Iterable[int], now: float) -> list[int]:
    """Withdraw these open queries; return their ids."""
    ids, changed = sorted(open_ids), {"withdrawn": now}
    connection.execute(update(QueryRow).where(QueryRow.id.in_(ids)).values(changed))
    return ids
