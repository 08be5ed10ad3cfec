"""Clips, queries and judgements as rows of the tables, and back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select
from sqlalchemy.sql.expression import ColumnElement

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.packing import pack, pack_clip, unpack_clip
from rlhf_gym.feedback.agreement import AnsweredPair
from rlhf_gym.feedback.errors import StoreCorrupt
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.parts import insert_parts, part_reader
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.feedback.store_records import Media, Progress
from rlhf_gym.feedback.tables import (
    IN_FORCE,
    ClipRow,
    JudgementRow,
    MediaRow,
    QueryRow,
    kind_of_purpose,
    purpose_of_kind,
)

# Built once: SQLAlchemy takes longer to build a statement than SQLite takes to run it.
_ADD_CLIPS = insert(ClipRow).returning(ClipRow.id, sort_by_parameter_order=True)
_ADD_QUERIES = insert(QueryRow).returning(QueryRow.id, sort_by_parameter_order=True)
_ADD_JUDGEMENT = insert(JudgementRow).returning(JudgementRow.id)
_CLIP = select(
    ClipRow.id,
    ClipRow.env_id,
    ClipRow.ended,
    ClipRow.ended_at,
    ClipRow.agent_step,
    ClipRow.wall_time,
    ClipRow.sha256,
    ClipRow.arrays,
)
_CLIP_WITH_FRAMES = _CLIP.add_columns(ClipRow.frames)
_JUDGEMENT = select(JudgementRow.__table__).order_by(JudgementRow.id)
_LATEST = (
    select(JudgementRow.__table__)
    .where(JudgementRow.query == bindparam("of"), JudgementRow.annotator == bindparam("by"))
    .order_by(JudgementRow.id.desc())
)
_UNDRAWN_IDS = (
    select(ClipRow.id)
    .join(QueryRow, or_(QueryRow.first == ClipRow.id, QueryRow.second == ClipRow.id))
    .outerjoin(MediaRow, MediaRow.clip == ClipRow.id)
    .where(
        QueryRow.id.in_(bindparam("queries", expanding=True)),
        MediaRow.clip.is_(None),
        ClipRow.undrawable.is_(None),
    )
    .group_by(ClipRow.id)
    .order_by(func.max(QueryRow.id).desc(), ClipRow.id)
)
_PROGRESS = "SELECT * FROM progress"
"""Every column that there is: a store of version 0.1.0 has no ``awaited``."""


def insert_queries(connection: Connection, queries: Sequence[Query], created: float) -> list[Query]:
    """Insert queries and their new clips; return them with ids."""
    if not queries:
        return []
    clips = {id(clip): clip for query in queries for clip in query.clips}  # each clip once
    new = [key for key, clip in clips.items() if not clip.id]
    if new:
        insert_parts(connection, [clips[key] for key in new])
        ids = connection.scalars(_ADD_CLIPS, [_clip_row(clips[key]) for key in new])
        clips |= {key: replace(clips[key], id=number) for key, number in zip(new, ids, strict=True)}
    stored = [
        replace(query, clips=(clips[id(query.clips[0])], clips[id(query.clips[1])]))
        for query in queries
    ]
    ids = connection.scalars(_ADD_QUERIES, [_query_row(query, created) for query in stored])
    return [replace(query, id=number) for query, number in zip(stored, ids, strict=True)]


def _query_row(query: Query, created: float) -> dict[str, Any]:
    return {
        "first": query.clips[0].id,
        "second": query.clips[1].id,
        "strategy": query.strategy,
        "score": float(query.score),
        "left": int(query.left),
        "round": int(query.round),
        "kind": kind_of_purpose(query.purpose),
        "created": created,
    }


def _clip_row(clip: Clip) -> dict[str, Any]:
    arrays = pack_clip(clip, parts=False)
    return {
        "env_id": clip.env_id,
        "length": len(clip),
        "ended": clip.ended,
        "ended_at": None if clip.ended_at is None else int(clip.ended_at),
        "agent_step": int(clip.agent_step),
        "wall_time": float(clip.wall_time),
        "sha256": sha256(arrays).hexdigest(),
        "arrays": arrays,
        "frames": None if clip.frames is None else pack({"frames": clip.frames}),
    }


def select_queries(connection: Connection, ids: Sequence[int]) -> list[Query]:
    """Return the queries with these ids, in the order of the ids."""
    table = QueryRow.__table__
    found = {row.id: row for row in connection.execute(select(table).where(QueryRow.id.in_(ids)))}
    missing = [id for id in ids if id not in found]
    if missing:
        raise ValueError(f"there is no query {missing[0]} in the store")
    clips = select_clips(
        connection, {id for row in found.values() for id in (row.first, row.second)}
    )
    return [_query(found[id], clips) for id in ids]


def _query(row: Row[Any], clips: dict[int, Clip]) -> Query:
    return Query(
        clips=(clips[row.first], clips[row.second]),
        strategy=row.strategy,
        score=row.score,
        left=row.left,
        round=row.round,
        purpose=purpose_of_kind(row.kind),
        id=row.id,
    )


def purposes(connection: Connection) -> dict[int, Purpose]:
    """Return what each query was asked for, by id."""
    found = connection.execute(select(QueryRow.id, QueryRow.kind))
    return {row.id: purpose_of_kind(row.kind) for row in found}


def select_clips(
    connection: Connection, ids: Iterable[int], frames: bool = False
) -> dict[int, Clip]:
    """Return the clips with these ids, by id."""
    columns = _CLIP_WITH_FRAMES if frames else _CLIP
    found = connection.execute(columns.where(ClipRow.id.in_(list(ids))))
    part = part_reader(connection)
    return {row.id: _clip(dict(row._mapping), part) for row in found.all()}


def select_undrawn(connection: Connection, queries: Sequence[int], limit: int) -> list[Clip]:
    """Clips of queries that have no media and can be drawn, with frames, newest first."""
    ids = connection.scalars(_UNDRAWN_IDS.limit(limit), {"queries": queries}).all()
    clips = select_clips(connection, ids, frames=True)
    return [clips[id_] for id_ in ids]


def _clip(fields: dict[str, Any], part: Callable[[str], bytes]) -> Clip:
    arrays, written = fields.pop("arrays"), fields.pop("sha256")
    if sha256(arrays).hexdigest() != written:
        raise StoreCorrupt(
            f"clip {fields['id']} was changed since it was stored (its SHA-256 differs): "
            "put a backup of the store in its place"
        )
    try:
        return unpack_clip(arrays, fields.pop("frames", None), part, **fields)
    except zipfile.BadZipFile as error:
        raise StoreCorrupt(
            f"the frames of clip {fields['id']} are damaged ({error}): put a backup of the store "
            "in its place"
        ) from error


def insert_judgement(connection: Connection, judgement: Judgement, now: float) -> Judgement:
    """Append to the annotator's chain of judgements of the query; return it as stored."""
    chain = {"of": judgement.query, "by": judgement.annotator}
    row = connection.execute(_LATEST, chain).first()
    latest = None if row is None else Judgement(**row._mapping)
    _check_judgement(judgement, latest)
    stored = replace(
        judgement,
        response_seconds=float(judgement.response_seconds),
        left=int(judgement.left),
        created=judgement.created or now,
        supersedes=latest.id if latest else None,
    )
    values = asdict(stored)
    del values["id"]
    return replace(stored, id=connection.scalars(_ADD_JUDGEMENT, values).one())


def _check_judgement(judgement: Judgement, latest: Judgement | None) -> None:
    about = f"query {judgement.query} by {judgement.annotator!r}"
    if judgement.supersedes is not None and (latest is None or latest.id != judgement.supersedes):
        raise ValueError(
            f"judgement {judgement.supersedes} is not the latest of {about} "
            f"(that is {None if latest is None else latest.id}): it cannot be superseded"
        )
    answered = latest is not None and latest.preference is not Preference.UNDONE
    if judgement.preference is Preference.UNDONE and not (
        answered or _remark(judgement) != _remark(latest)
    ):
        raise ValueError(f"there is no judgement of {about} to undo")


def _remark(judgement: Judgement | None) -> tuple[bool, str]:
    """Return the flag and the note of a judgement."""
    return (False, "") if judgement is None else (judgement.flagged, judgement.note)


def select_judgements(connection: Connection, condition: ColumnElement[bool]) -> list[Judgement]:
    """Return the judgements that fulfil the condition, in the order in which they were made."""
    return [Judgement(**row._mapping) for row in connection.execute(_JUDGEMENT.where(condition))]


def select_answered_pairs(connection: Connection) -> list[AnsweredPair]:
    """Return the judgements in force with the pairs that they are about."""
    asked = connection.execute(select(QueryRow.id, QueryRow.first, QueryRow.second, QueryRow.kind))
    in_force = select_judgements(connection, IN_FORCE)
    pairs = {row.id: row for row in asked}
    return [_answered_pair(judgement, pairs[judgement.query]) for judgement in in_force]


def _answered_pair(judgement: Judgement, row: Any) -> AnsweredPair:
    return AnsweredPair(judgement, (row.first, row.second), purpose_of_kind(row.kind))


def media(connection: Connection, clip_id: int) -> Media | None:
    """Return the media of a clip."""
    columns = MediaRow.path, MediaRow.width, MediaRow.height, MediaRow.fps, MediaRow.frames
    row = connection.execute(select(*columns).where(MediaRow.clip == clip_id)).first()
    return None if row is None else Media(**row._mapping)


def progress(connection: Connection) -> Progress | None:
    """The published progress."""
    row = connection.exec_driver_sql(_PROGRESS).first()
    if row is None:
        return None
    return Progress(**{name: value for name, value in row._mapping.items() if name != "id"})
