from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_helpers import MEDIA, Clock, add_query, clip, new_store, say, undo

from rlhf_gym.feedback import LEASE_SECONDS, FeedbackStore
from rlhf_gym.feedback.query import Query


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[FeedbackStore]:
    with new_store(tmp_path, clock) as store:
        yield store


def leased(store: FeedbackStore, annotator: str, limit: int = 9) -> list[int]:
    return [query.id for query in store.lease(annotator, limit)]


def test_a_query_is_visible_only_when_both_clips_are_drawn(store: FeedbackStore) -> None:
    (query,) = store.add_queries([Query((clip(1), clip(2)))])
    assert leased(store, "ada") == []
    store.add_media(query.clips[0].id, MEDIA)
    assert leased(store, "ada") == []
    store.add_media(query.clips[1].id, MEDIA)
    assert leased(store, "ada") == [query.id]


def test_the_newest_queries_come_first(store: FeedbackStore) -> None:
    a, b, c = (add_query(store) for _ in range(3))
    assert leased(store, "ada", 2) == [c, b]
    assert leased(store, "bob") == [a]


def test_what_an_annotator_holds_counts_and_comes_first(store: FeedbackStore) -> None:
    a = add_query(store)
    assert leased(store, "ada", 1) == [a]
    b = add_query(store)
    assert leased(store, "ada", 1) == [a]
    assert leased(store, "ada", 2) == [a, b]


def test_a_lease_lasts_two_minutes(store: FeedbackStore, clock: Clock) -> None:
    query = add_query(store)
    assert LEASE_SECONDS == 120
    leased(store, "ada")
    clock.now += 119.9
    assert leased(store, "bob") == []
    clock.now += 0.1
    assert leased(store, "bob") == [query]
    assert leased(store, "ada") == []


def test_a_renewed_lease_lasts_longer(store: FeedbackStore, clock: Clock) -> None:
    query = add_query(store)
    leased(store, "ada")
    clock.now += 100
    assert store.renew([query], "ada") == {query}
    clock.now += 100
    assert leased(store, "bob") == []


def test_only_what_is_free_or_ones_own_can_be_renewed(store: FeedbackStore, clock: Clock) -> None:
    a, b, c, d = (add_query(store) for _ in range(4))
    store.lease("ada", limit=3)  # d, c, b
    clock.now += LEASE_SECONDS
    say(store, d, annotator="bob")
    assert leased(store, "bob", 1) == [c]
    assert store.renew([a, b, c, d], "ada") == {a, b}


def test_a_released_query_is_free_at_once(store: FeedbackStore) -> None:
    query = add_query(store)
    leased(store, "ada")
    store.release([query], "bob")
    assert leased(store, "bob") == []
    store.release([query], "ada")
    assert leased(store, "bob") == [query]


def test_an_answered_query_is_leased_to_nobody(store: FeedbackStore) -> None:
    query = add_query(store)
    leased(store, "ada")
    say(store, query)
    assert leased(store, "ada") == leased(store, "bob") == []


def test_who_undoes_an_answer_looks_at_the_query_again(store: FeedbackStore, clock: Clock) -> None:
    query = add_query(store)
    say(store, query)
    undo(store, query)
    assert leased(store, "bob") == []
    assert leased(store, "ada") == [query]
    clock.now += LEASE_SECONDS
    assert leased(store, "bob") == [query]


def test_an_undo_leases_nothing_while_an_answer_of_another_is_in_force(
    store: FeedbackStore,
) -> None:
    query = add_query(store)
    say(store, query, annotator="ada")
    say(store, query, annotator="bob")
    undo(store, query, "bob")
    undo(store, query, "ada")
    assert store.lease("bob") == []
    assert [each.id for each in store.lease("ada")] == [query]


def test_an_answer_after_the_lease_ended_is_kept(store: FeedbackStore, clock: Clock) -> None:
    query = add_query(store)
    leased(store, "ada")
    clock.now += LEASE_SECONDS
    leased(store, "bob")
    ada, bob = say(store, query, annotator="ada"), say(store, query, annotator="bob")
    assert store.current() == {query: [ada, bob]}


def test_a_query_that_is_looked_at_is_not_withdrawn(store: FeedbackStore, clock: Clock) -> None:
    a, b = add_query(store), add_query(store)
    assert leased(store, "ada", 1) == [b]
    assert store.withdraw([a, b]) == [a]
    clock.now += LEASE_SECONDS
    assert store.withdraw([a, b]) == [b]


TAKE = """
import sys, time
from rlhf_gym.feedback import FeedbackStore
store = FeedbackStore.open(sys.argv[1])
print(*[query.id for query in store.lease("ada", 2)], flush=True)
sys.stdin.read()
"""


def test_two_windows_of_one_name_hold_different_queries_and_a_dead_one_holds_none(
    tmp_path: Path,
) -> None:
    with new_store(tmp_path) as made:
        for _ in range(4):
            add_query(made)
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        command = [sys.executable, "-c", TAKE, str(tmp_path / "feedback.db")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as other:  # type: ignore[call-overload]
            assert other.stdout.readline() == "4 3\n"
            assert leased(store, "ada") == [2, 1]
            other.kill()
        assert sorted(leased(store, "ada")) == [1, 2, 3, 4]


def test_a_lease_outlives_a_clock_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_store(tmp_path).close()
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        add_query(store)
        assert leased(store, "ada") == [1]
        for jump in (1e6, -1e6):
            with monkeypatch.context() as patch:
                now = time.time()
                patch.setattr(time, "time", lambda now=now, jump=jump: now + jump)
                assert leased(store, "bob") == []
                assert leased(store, "ada") == [1]


def test_a_lease_of_before_the_machine_began_is_over(store: FeedbackStore, clock: Clock) -> None:
    query = add_query(store)
    clock.now = 500_000.0
    assert leased(store, "ada") == [query]
    clock.now = 30.0
    assert leased(store, "bob") == [query]
