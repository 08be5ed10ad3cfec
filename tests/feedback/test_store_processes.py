from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from programs import Program
from store_helpers import ENVIRONMENT, Clock, add_query, draw, new_store, say

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.query import Query

ANNOTATE = """
import sys
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback import FeedbackStore

path, annotator, limit = sys.argv[1:]
with FeedbackStore.open(path, timeout=60) as store:
    while leased := store.lease(annotator, limit=int(limit)):
        for query in leased:
            judgement = store.record(Judgement(query.id, Preference.FIRST, annotator))
            print(judgement.id, query.id, flush=True)  # what the annotator was shown as saved
"""


def annotator(path: Path, name: str, limit: int = 2) -> Program:
    return Program("-c", ANNOTATE, str(path), name, str(limit))


def fill(folder: Path, number: int) -> Path:
    """A store with ``number`` queries that can be shown."""
    with new_store(folder) as store:
        first = store.query(add_query(store))
        store.add_queries([Query(first.clips) for _ in range(number - 1)])
        draw(store, first)
    return folder / "feedback.db"


def test_annotators_in_several_processes_answer_each_query_once(tmp_path: Path) -> None:
    path = fill(tmp_path, 60)
    with ExitStack() as stack:
        processes = [stack.enter_context(annotator(path, f"annotator {n}")) for n in range(3)]
        saved = [line for process in processes for line in process.communicate()[0].splitlines()]
        assert [process.returncode for process in processes] == [0] * 3
    with FeedbackStore.open(path) as store:
        log = store.judgements()
    assert Counter(judgement.query for judgement in log) == Counter(range(1, 61))
    assert sorted(saved) == sorted(f"{judgement.id} {judgement.query}" for judgement in log)


def test_a_killed_process_loses_no_answer_and_its_lease_ends(tmp_path: Path) -> None:
    path = fill(tmp_path, 300)
    with annotator(path, "ada", limit=3) as process:
        lines = [process.stdout.readline() for _ in range(20)]
        process.kill()  # SIGKILL
        lines += process.stdout.readlines()
        process.wait()
    saved = [line.split() for line in lines if line.endswith("\n")]

    clock = Clock()
    with FeedbackStore.open(path) as store:
        log = store.judgements()
        # The last one may have been saved just before it could be printed.
        assert len(log) - len(saved) in (0, 1)
        assert [[str(each.id), str(each.query)] for each in log[: len(saved)]] == saved
        open_ids = {query.id for query in store.open_queries()}
        others = {query.id for query in store.lease("bob", limit=300)}
        assert len(open_ids - others) in (0, 1, 2, 3)  # what ada still holds
    assert len(open_ids) == 300 - len(log)
    clock.now = time.time() + 121
    with FeedbackStore.open(path, clock=clock) as store:
        assert {query.id for query in store.lease("bob", limit=300)} == open_ids


def test_threads_share_a_store_in_memory() -> None:
    with FeedbackStore.in_memory(ENVIRONMENT) as store:
        first = store.query(add_query(store))
        store.add_queries([Query(first.clips) for _ in range(39)])

        def work(name: str) -> None:
            while leased := store.lease(name, limit=2):
                for query in leased:
                    say(store, query.id, annotator=name)

        threads = [threading.Thread(target=work, args=(f"thread {n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log = store.judgements()
    assert Counter(judgement.query for judgement in log) == Counter(range(1, 41))


@pytest.mark.parametrize("in_memory", [True, False])
def test_interrupts_at_any_moment_lose_no_answer(tmp_path: Path, in_memory: bool) -> None:
    store = FeedbackStore.in_memory(ENVIRONMENT) if in_memory else new_store(tmp_path)
    rng = np.random.default_rng(0)
    query, saved, interrupts = add_query(store), list[int](), 0
    handler = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        while interrupts < 40:
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.001, 0.01))
                while True:
                    saved.append(say(store, query).id)
            except KeyboardInterrupt:
                interrupts += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    log = [judgement.id for judgement in store.judgements()]
    assert log == list(range(1, len(log) + 1))
    assert set(saved) <= set(log)
    assert len(log) - len(saved) <= interrupts  # saved, but interrupted before it could be noted
    store.close()
