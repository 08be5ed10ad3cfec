"""Leases: which annotator is shown which query, so that no two answer the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, case, delete, insert, or_, select
from sqlalchemy.sql.expression import ColumnElement

from rlhf_gym.feedback.tables import DRAWN, OPEN, LeaseRow, QueryRow


def take(
    connection: Connection, annotator: str, limit: int, now: float, until: float
) -> Sequence[int]:
    """Lease up to ``limit`` drawn queries: the annotator's own, then the newest free ones."""
    mine = and_(LeaseRow.annotator == annotator, live(now))
    free = or_(LeaseRow.query.is_(None), ~live(now), mine)
    available = (
        select(QueryRow.id)
        .outerjoin(LeaseRow, LeaseRow.query == QueryRow.id)
        .where(OPEN, DRAWN, free)
        .order_by(case((mine, 0), else_=1), QueryRow.id.desc())
        .limit(limit)
    )
    ids = connection.scalars(available).all()
    _hold(connection, ids, annotator, until)
    return ids


def renew(
    connection: Connection, ids: Iterable[int], annotator: str, now: float, until: float
) -> set[int]:
    """Lease those of the open queries that no other annotator holds; return their ids."""
    others = select(LeaseRow.query).where(LeaseRow.annotator != annotator, live(now))
    wanted = select(QueryRow.id).where(QueryRow.id.in_(list(ids)), QueryRow.id.not_in(others), OPEN)
    held = connection.scalars(wanted).all()
    _hold(connection, held, annotator, until)
    return set(held)


def release(connection: Connection, ids: Iterable[int], annotator: str) -> None:
    """End the annotator's leases of these queries."""
    held = and_(LeaseRow.query.in_(list(ids)), LeaseRow.annotator == annotator)
    connection.execute(delete(LeaseRow).where(held))


def live(now: float) -> ColumnElement[bool]:
    """Condition on a lease: it has not ended."""
    return LeaseRow.until > now


def _hold(connection: Connection, ids: Sequence[int], annotator: str, until: float) -> None:
    connection.execute(delete(LeaseRow).where(LeaseRow.query.in_(ids)))
    if ids:
        leases = [{"query": id_, "annotator": annotator, "until": until} for id_ in ids]
        connection.execute(insert(LeaseRow), leases)
