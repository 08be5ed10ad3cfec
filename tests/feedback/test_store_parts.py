"""What the snapshots of many clips have in common is once in a store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from store_helpers import clip, new_store

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.plain_data import Shared
from rlhf_gym.clips.shared_parts import Snapshot, parts_of
from rlhf_gym.feedback import FeedbackStore, StoreCorrupt
from rlhf_gym.feedback.query import Query

TABLE = np.random.default_rng(0).bytes(1_000_000)


def with_table(seed: int, table: bytes = TABLE) -> Clip:
    shared = Shared()
    name = shared.put(table)
    snapshot = Snapshot(f'{{"day": {seed}, "table": "{name}"}}'.encode(), shared.parts)
    return replace(clip(seed), start=Start(snapshot, np.zeros(0)))


def tables_of(query: Query) -> list[list[bytes]]:
    return [list(parts_of(each.start.snapshot).values()) for each in query.clips if each.start]


def test_a_table_of_many_clips_is_stored_once(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        asked = store.add_queries([Query((with_table(1), with_table(2)))])
        asked += store.add_queries([Query((with_table(3), with_table(4, b"other" * 2_000)))])
        for query in asked:
            assert tables_of(store.query(query.id)) == tables_of(query)
        (one,), (other,) = tables_of(store.queries([asked[0].id])[0])
        assert one is other
        assert [each.start.snapshot for each in store.undrawn(4) if each.start] == [
            each.start.snapshot for query in reversed(asked) for each in query.clips if each.start
        ]
    assert (tmp_path / "feedback.db").stat().st_size < 1_300_000


def test_a_store_without_a_place_for_tables_gets_one(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    path = tmp_path / "feedback.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE part")
        connection.commit()
    with FeedbackStore.open(path) as store:
        (before,) = store.add_queries([Query((clip(1), clip(2)))])
        (after,) = store.add_queries([Query((with_table(3), with_table(4)))])
        assert tables_of(store.query(before.id)) == [[], []]
        assert tables_of(store.query(after.id)) == [[TABLE], [TABLE]]


@pytest.mark.parametrize("damage", ["DELETE FROM part", "UPDATE part SET data = x'00'"])
def test_a_damaged_table_is_told(damage: str, tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (query,) = store.add_queries([Query((with_table(1), with_table(2)))])
    path = tmp_path / "feedback.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    with FeedbackStore.open(path) as store, pytest.raises(StoreCorrupt, match="missing or was"):
        store.query(query.id)
