"""The tables; columns have the names of the dataclasses' fields, so that rows convert by name."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Double,
    Enum,
    ForeignKey,
    Index,
    and_,
    exists,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column

from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.query import Purpose

__all__ = [
    "DRAWN",
    "IN_FORCE",
    "SCHEMA_VERSION",
    "ClipRow",
    "EnvironmentRow",
    "JudgementRow",
    "LeaseRow",
    "MediaRow",
    "PartRow",
    "ProgressRow",
    "QueryRow",
    "Schema",
    "SchemaRow",
    "complete",
    "kind_of_purpose",
    "purpose_of_kind",
]

SCHEMA_VERSION = 1


class Schema(DeclarativeBase):
    """All tables of a store."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        float: Double,
        Preference: Enum(
            Preference,
            native_enum=False,
            create_constraint=True,
            values_callable=lambda preferences: [preference.value for preference in preferences],
        ),
    }


class SchemaRow(Schema):
    """The version of these tables; one row."""

    __tablename__ = "schema_version"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class EnvironmentRow(Schema):
    """`rlhf_gym.feedback.EnvironmentRecord`; one row."""

    __tablename__ = "environment"
    env_id: Mapped[str] = mapped_column(primary_key=True)
    spec_json: Mapped[str]
    fps: Mapped[float]
    goal: Mapped[str]
    tie_breaker: Mapped[str]
    observation_space: Mapped[str]
    action_space: Mapped[str]


class ClipRow(Schema):
    """`rlhf_gym.clips.clip.Clip`. The frames come last: SQLite then reads the rest without them."""

    __tablename__ = "clip"
    id: Mapped[int] = mapped_column(primary_key=True)
    env_id: Mapped[str]
    length: Mapped[int]
    ended: Mapped[str | None]
    ended_at: Mapped[int | None]
    agent_step: Mapped[int]
    wall_time: Mapped[float]
    undrawable: Mapped[str | None]
    sha256: Mapped[str]
    arrays: Mapped[bytes]
    frames: Mapped[bytes | None]


_UNDRAWABLE = Index(
    "undrawable_clips", ClipRow.undrawable, sqlite_where=ClipRow.undrawable.is_not(None)
)


class PartRow(Schema):
    """A large part of snapshots, by its SHA-256, compressed; clips that share it name it."""

    __tablename__ = "part"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class MediaRow(Schema):
    """`rlhf_gym.feedback.Media` of a clip."""

    __tablename__ = "media"
    clip: Mapped[int] = mapped_column(ForeignKey(ClipRow.id), primary_key=True)
    path: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    fps: Mapped[float]
    frames: Mapped[int]


class QueryRow(Schema):
    """`rlhf_gym.feedback.query.Query`; ``withdrawn`` is the time of withdrawal, or null."""

    __tablename__ = "query"
    __table_args__ = (CheckConstraint('"left" IN (0, 1)'),)
    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(ForeignKey(ClipRow.id), index=True)
    second: Mapped[int] = mapped_column(ForeignKey(ClipRow.id), index=True)
    strategy: Mapped[str]
    score: Mapped[float]
    left: Mapped[int]
    round: Mapped[int]
    kind: Mapped[str]
    created: Mapped[float]
    withdrawn: Mapped[float | None]


class JudgementRow(Schema):
    """`rlhf_gym.feedback.judgement.Judgement`; rows are only ever added.

    The two constraints make the judgements of one query by one annotator a chain: one of them
    supersedes none, and each is superseded at most once. The last one is in force.
    """

    __tablename__ = "judgement"
    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[int] = mapped_column(ForeignKey(QueryRow.id), index=True)
    preference: Mapped[Preference]
    annotator: Mapped[str] = mapped_column()
    response_seconds: Mapped[float]
    left: Mapped[int]
    instruction: Mapped[str]
    full_pass: Mapped[bool]
    replays: Mapped[int]
    speed: Mapped[float]
    flagged: Mapped[bool]
    note: Mapped[str]
    created: Mapped[float]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("judgement.id"), unique=True)
    __table_args__ = (
        CheckConstraint('"left" IN (0, 1)'),
        CheckConstraint("annotator <> ''"),
        Index(
            "first_judgement",
            query,
            annotator,
            unique=True,
            sqlite_where=supersedes.is_(None),
            postgresql_where=supersedes.is_(None),
        ),
    )


class LeaseRow(Schema):
    """The annotator who is shown a query, and the time until which it is reserved."""

    __tablename__ = "lease"
    query: Mapped[int] = mapped_column(ForeignKey(QueryRow.id), primary_key=True)
    annotator: Mapped[str]
    until: Mapped[float]


class ProgressRow(Schema):
    """`rlhf_gym.feedback.Progress`; one row."""

    __tablename__ = "progress"
    id: Mapped[int] = mapped_column(primary_key=True)
    agent_step: Mapped[int]
    total_steps: Mapped[int]
    labels: Mapped[int]
    budget: Mapped[int]
    true_return: Mapped[float | None]
    accuracy: Mapped[float | None]
    state: Mapped[str]
    error: Mapped[str]
    heartbeat: Mapped[float]
    awaited: Mapped[int | None]


_later = aliased(JudgementRow)

IN_FORCE = and_(
    JudgementRow.preference != Preference.UNDONE,
    ~exists(select(_later.id).where(_later.supersedes == JudgementRow.id)),
)
"""Condition on a judgement: an answer that nothing supersedes."""

DRAWN = and_(
    exists(select(MediaRow.clip).where(MediaRow.clip == QueryRow.first)),
    exists(select(MediaRow.clip).where(MediaRow.clip == QueryRow.second)),
)
"""Condition on a query: both clips can be shown."""


def complete(connection: Connection) -> None:
    """Give an older store the column of its progress and the index that it lacks."""
    columns = connection.exec_driver_sql("PRAGMA table_info(progress)").scalars(1)
    if "awaited" not in columns:
        connection.exec_driver_sql("ALTER TABLE progress ADD COLUMN awaited INTEGER")
        _UNDRAWABLE.create(connection)


_KINDS: dict[str, str] = {"label": "normal"}
_PURPOSES: dict[str, Purpose] = {"normal": "label"}


def kind_of_purpose(purpose: Purpose) -> str:
    """Return what the column ``kind``, the first schema's name of a purpose, holds."""
    return _KINDS.get(purpose, purpose)


def purpose_of_kind(kind: Any) -> Purpose:
    """Return the purpose that the column ``kind`` holds."""
    purpose: Purpose = _PURPOSES.get(kind, kind)
    return purpose
