"""Any order of leasing, answering, undoing and waiting gives what a plain dict would give."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from store_helpers import Clock, add_query, new_store, say, undo

from rlhf_gym.feedback import LEASE_SECONDS, FeedbackStore
from rlhf_gym.feedback.judgement import Preference

ANNOTATORS = st.sampled_from(["ada", "bob"])
ANSWERS = st.sampled_from([each for each in Preference if each is not Preference.UNDONE])


class StoreAgainstDicts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.store = new_store(Path(self.folder.name), self.clock)
        self.drawn: list[int] = []
        self.withdrawn: set[int] = set()
        self.said: dict[tuple[int, str], Preference] = {}  # what is in force
        self.undone: dict[tuple[int, str], Preference] = {}  # what a redo brings back
        self.leases: dict[int, tuple[str, float]] = {}
        self.number_of_judgements = 0

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def is_open(self, query: int) -> bool:
        return query not in self.withdrawn and all(query != key[0] for key in self.said)

    def holder(self, query: int) -> str | None:
        annotator, until = self.leases.get(query, (None, 0.0))
        return annotator if until > self.clock.now else None

    def answered(self, query: int, annotator: str, preference: Preference) -> None:
        self.said[query, annotator] = preference
        self.number_of_judgements += 1
        if self.leases.get(query, ("", 0.0))[0] == annotator:
            del self.leases[query]

    @rule()
    def add_a_query(self) -> None:
        self.drawn.append(add_query(self.store))

    @precondition(lambda self: self.drawn)
    @rule(data=st.data(), annotator=ANNOTATORS, preference=ANSWERS)
    def answer(self, data: st.DataObject, annotator: str, preference: Preference) -> None:
        query = data.draw(st.sampled_from(self.drawn))
        say(self.store, query, preference, annotator)
        self.answered(query, annotator, preference)
        self.undone.pop((query, annotator), None)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        query, annotator = data.draw(st.sampled_from(sorted(self.said)))
        self.undone[query, annotator] = self.said.pop((query, annotator))
        undo(self.store, query, annotator)
        self.number_of_judgements += 1
        if self.holder(query) == annotator:
            del self.leases[query]
        if self.is_open(query) and self.holder(query) is None:
            self.leases[query] = annotator, self.clock.now + LEASE_SECONDS

    @precondition(lambda self: self.undone)
    @rule(data=st.data())
    def redo(self, data: st.DataObject) -> None:
        query, annotator = data.draw(st.sampled_from(sorted(self.undone)))
        preference = self.undone.pop((query, annotator))
        say(self.store, query, preference, annotator)
        self.answered(query, annotator, preference)

    @rule(annotator=ANNOTATORS, limit=st.integers(1, 4))
    def lease(self, annotator: str, limit: int) -> None:
        free = [
            query
            for query in self.drawn
            if self.is_open(query) and self.holder(query) in (None, annotator)
        ]
        free.sort(key=lambda query: (self.holder(query) != annotator, -query))
        leased = [query.id for query in self.store.lease(annotator, limit)]
        assert leased == free[:limit]
        for query in leased:
            self.leases[query] = annotator, self.clock.now + LEASE_SECONDS

    @rule(annotator=ANNOTATORS)
    def release(self, annotator: str) -> None:
        self.store.release(self.drawn, annotator)
        self.leases = {q: lease for q, lease in self.leases.items() if lease[0] != annotator}

    @rule(annotator=ANNOTATORS)
    def renew(self, annotator: str) -> None:
        held = {q for q in self.drawn if self.is_open(q) and self.holder(q) in (None, annotator)}
        assert self.store.renew(self.drawn, annotator) == held
        for query in held:
            self.leases[query] = annotator, self.clock.now + LEASE_SECONDS

    @rule(seconds=st.sampled_from([1.0, 60.0, LEASE_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @precondition(lambda self: self.drawn)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        query = data.draw(st.sampled_from(self.drawn))
        possible = self.is_open(query) and self.holder(query) is None
        assert self.store.withdraw([query]) == [query] * possible
        self.withdrawn |= {query} if possible else set()

    @rule()
    def open_the_store_again(self) -> None:
        self.store.close()
        path = Path(self.folder.name) / "feedback.db"
        self.store = FeedbackStore.open(path, clock=self.clock)

    @invariant()
    def the_same_answers_are_in_force(self) -> None:
        current = {
            (query, judgement.annotator): judgement.preference
            for query, judgements in self.store.current().items()
            for judgement in judgements
        }
        assert current == self.said

    @invariant()
    def no_judgement_is_lost_or_doubled(self) -> None:
        log = self.store.judgements()
        assert [judgement.id for judgement in log] == list(range(1, self.number_of_judgements + 1))

    @invariant()
    def the_counts_agree(self) -> None:
        counts = self.store.counts()
        assert counts.asked == len(self.drawn)
        assert counts.answered == len({query for query, _ in self.said})
        assert counts.open == counts.ready == sum(self.is_open(query) for query in self.drawn)
        assert counts.asked == counts.answered + counts.open + counts.withdrawn


TestStoreAgainstDicts = StoreAgainstDicts.TestCase
TestStoreAgainstDicts.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
