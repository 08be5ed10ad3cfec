"""What a look at the store costs does not depend on how many judgements it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from store_helpers import MEDIA, Clock, clip, new_store

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.training.drawn_clips import DrawnClips

FEW, MANY = 30, 600


class Steps:
    """Counts the steps of SQLite's virtual machine, of every statement on every connection."""

    def __init__(self) -> None:
        self.taken = 0

    def watch(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.taken += 1
        return 0

    def of(self, look: Callable[[], object]) -> int:
        before = self.taken
        look()
        return self.taken - before


@pytest.fixture
def steps() -> Iterator[Steps]:
    counted = Steps()
    event.listen(Engine, "checkout", counted.watch)
    yield counted
    event.remove(Engine, "checkout", counted.watch)


def ask_and_answer(store: FeedbackStore, n: int, clips: tuple[Clip, Clip]) -> None:
    asked = store.add_queries([Query(clips, strategy="uniform")] * n)
    for query in asked:
        store.record(Judgement(query.id, Preference.FIRST, "ada"), fold=False)


def looks(folder: Path) -> dict[str, Callable[[], object]]:
    """What trainer, window and drawing process ask a store again and again, each on its own."""
    trainer, window, drawing = (FeedbackStore.open(folder / "feedback.db") for _ in range(3))
    newest, failures = trainer.judgements()[-1].id, DrawnClips(trainer)
    (waiting, *_) = trainer.open_ids()
    return {
        "judgements": lambda: trainer.judgements(after=newest),
        "open ids": trainer.open_ids,
        "withdraw": lambda: trainer.withdraw([]),
        "failures": failures.check,
        "counts": window.counts,
        "progress": window.progress,
        "lease": lambda: window.lease("ada", 3),
        "renew": lambda: window.renew([waiting], "ada"),
        "undrawn": drawing.undrawn,
    }


def test_a_look_at_the_store_costs_the_same_at_many_judgements(
    tmp_path: Path, steps: Steps
) -> None:
    costs = []
    for n in (FEW, MANY):
        (folder := tmp_path / str(n)).mkdir()
        with new_store(folder, Clock()) as store:
            (first,) = store.add_queries([Query((clip(1), clip(2)), strategy="uniform")])
            for shown in first.clips:
                store.add_media(shown.id, MEDIA)
            ask_and_answer(store, n, first.clips)
            store.add_queries([Query((clip(i), clip(i + 9)), strategy="uniform") for i in range(4)])
            polled = looks(folder)
            for look in polled.values():
                look()
            costs.append({name: steps.of(look) for name, look in polled.items()})
    few, many = costs
    assert {name: many[name] - few[name] for name in few} == pytest.approx(
        dict.fromkeys(few, 0), abs=MANY / 20
    ), "steps of SQLite that a look takes more"


def test_what_is_new_since_the_last_look_is_counted(tmp_path: Path) -> None:
    with (
        new_store(tmp_path, Clock()) as store,
        FeedbackStore.open(tmp_path / "feedback.db") as other,
    ):
        stored = store.add_queries([Query((clip(1), clip(2)), strategy="uniform")] * 3)
        a, b, c = (query.id for query in stored)
        assert other.open_ids() == [a, b, c]
        store.record(Judgement(a, Preference.TIE, "ada"))
        store.record(Judgement(a, Preference.TIE, "bob"))
        store.withdraw([c])
        assert other.open_ids() == [b] and other.counts().ties == 1
        store.record(Judgement(a, Preference.UNDONE, "ada"))
        assert other.open_ids() == [b] and other.counts().labels == 1
        store.record(Judgement(a, Preference.UNDONE, "bob"))
        store.record(Judgement(c, Preference.FIRST, "ada"))  # was shown when it was withdrawn
        store.record(Judgement(c, Preference.UNDONE, "ada"))
        assert other.open_ids() == [a, b]
        counts = other.counts()
        assert (counts.asked, counts.answered, counts.withdrawn, counts.ties) == (3, 0, 1, 0)
