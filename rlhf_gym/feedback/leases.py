"""Leases: which window is shown which query, so that no two answer the same one.

The holder of a lease is a process in which an annotator answers: two windows of one name hold
different queries. Times are those of a clock that never jumps, which begins when the machine does;
a lease from before that is no longer valid, and neither is one whose process has ended.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, case, delete, insert, or_, select
from sqlalchemy.sql.expression import ColumnElement

from rlhf_gym.basics.processes import lives
from rlhf_gym.feedback.tables import DRAWN, LeaseRow, QueryRow

LONGEST_SECONDS = 3600.0
"""Longest time in seconds for which a query can be leased."""


def holder(annotator: str) -> str:
    """Return the name under which this process holds queries for an annotator."""
    return f"{annotator}#{os.getpid()}"


def take(
    connection: Connection,
    open_ids: Sequence[int],
    holder: str,
    limit: int,
    now: float,
    until: float,
) -> Sequence[int]:
    """Lease up to ``limit`` drawn open queries: the holder's own, then the newest free ones."""
    mine = and_(LeaseRow.annotator == holder, live(now))
    free = or_(
        LeaseRow.query.is_(None), ~live(now), LeaseRow.annotator.in_(_dead(connection)), mine
    )
    available = (
        select(QueryRow.id)
        .outerjoin(LeaseRow, LeaseRow.query == QueryRow.id)
        .where(QueryRow.id.in_(open_ids), DRAWN, free)
        .order_by(case((mine, 0), else_=1), QueryRow.id.desc())
        .limit(limit)
    )
    ids = connection.scalars(available).all()
    _hold(connection, ids, holder, until)
    return ids


def held_by_others(connection: Connection, holder: str, now: float) -> bool:
    """Whether another holder, whose process still runs, has a lease."""
    others = select(LeaseRow.query).where(
        LeaseRow.annotator != holder, live(now), LeaseRow.annotator.not_in(_dead(connection))
    )
    return connection.scalar(others.limit(1)) is not None


def _dead(connection: Connection) -> list[str]:
    """Return the holders whose processes have ended without releasing what they held."""
    holders = connection.scalars(select(LeaseRow.annotator).distinct()).all()
    processes = {each: each.rpartition("#")[2] for each in holders}
    return [each for each, id_ in processes.items() if id_.isdecimal() and not lives(int(id_))]


def renew(
    connection: Connection, open_ids: Iterable[int], holder: str, now: float, until: float
) -> set[int]:
    """Lease those of these open queries that no other holds; return their ids."""
    others = select(LeaseRow.query).where(LeaseRow.annotator != holder, live(now))
    held = set(open_ids).difference(connection.scalars(others))
    _hold(connection, sorted(held), holder, until)
    return held


def release(connection: Connection, ids: Iterable[int], holder: str) -> None:
    """End the holder's leases of these queries."""
    held = and_(LeaseRow.query.in_(list(ids)), LeaseRow.annotator == holder)
    connection.execute(delete(LeaseRow).where(held))


def live(now: float) -> ColumnElement[bool]:
    """Condition on a lease: it has not ended, and is not from before the clock began."""
    return and_(LeaseRow.until > now, LeaseRow.until <= now + LONGEST_SECONDS)


def _hold(connection: Connection, ids: Sequence[int], holder: str, until: float) -> None:
    connection.execute(delete(LeaseRow).where(LeaseRow.query.in_(ids)))
    if ids:
        leases = [{"query": id_, "annotator": holder, "until": until} for id_ in ids]
        connection.execute(insert(LeaseRow), leases)
