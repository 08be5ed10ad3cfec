"""Asking: from clips to labels, through the store; spends the budget of labels exactly."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, replace

import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.queries.choosing import PredictReturns, choose_queries
from rlhf_gym.queries.strategies import Strategy
from rlhf_gym.teachers.teacher import LiveTeacher, Teacher

__all__ = ["Asking", "Labels"]

ATTEMPTS_PER_LABEL = 10
"""So many queries are put to a formula for one label before it is left for the next round."""
OPEN_QUERIES = 8
"""So many queries at most wait for a person."""
FRESH_SECONDS = 30.0
"""After so long a query that nobody has looked at gives way to newer clips, if there are any."""

TELLING = 10
"""Among fewer labels than this, many ties may be chance."""


@dataclass(frozen=True)
class Labels:
    """New and changed labels, as the reward model takes them.

    Attributes:
        values: the label of each query id, None where one was taken back.
        queries: the queries of those ids.
    """

    values: dict[int, float | None]
    queries: dict[int, Query]


class Asking:
    """Puts queries to a teacher and collects the labels, all through the store.

    Args:
        teacher: who answers; a `LiveTeacher` answers in its own time, through the store.
        store: where queries and judgements are kept.
        buffer: where clips come from.
        labels: the budget: how many answers (ties are answers, "cannot tell" is not).
        strategy: which clips are asked about.
        repeats: share of a live teacher's queries that show an earlier pair again, sides swapped.
        seed: of the choice.
    """

    def __init__(
        self,
        teacher: Teacher,
        store: FeedbackStore,
        buffer: ClipBuffer,
        *,
        labels: int,
        strategy: Strategy,
        repeats: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.teacher, self.store, self.buffer, self.budget = teacher, store, buffer, labels
        self.strategy, self.repeats = strategy, repeats
        self.rng = np.random.default_rng([seed, 2])
        self.round = 0
        self.seen = 0
        """Id of the last judgement that was taken in."""
        self.asked = store.counts().asked
        """Number of queries ever put, in all sittings."""
        self._changed: dict[int, None] = {}
        self._queries: dict[int, Query] = {}
        self._answers: dict[int, dict[str, Preference]] = {}
        self._values: dict[int, float] = {}
        self._posted: dict[int, tuple[float, int]] = {}
        left_open = store.open_ids()
        if isinstance(teacher, LiveTeacher):
            self._posted.update({id_: (time.monotonic(), 0) for id_ in left_open})
        else:  # put to a formula by a process that was killed before it answered
            store.withdraw(left_open)

    @property
    def labels(self) -> int:
        """Number of queries with a label, repeats left out."""
        return len(self._values)

    def warn_of_ties(self) -> None:
        """Warn if more than half of the labels are ties, from which little can be learned."""
        ties = sum(value == 0.5 for value in self._values.values())
        if self.labels >= TELLING and ties > self.labels / 2:
            warnings.warn(
                f"{ties} of the first {self.labels} labels are ties, from which little can be "
                "learned: ask about longer clips; a synthetic teacher may judge by a score that "
                "tells them apart, as SyntheticTeacher(score=score_of('MountainCar-v0'))",
                stacklevel=3,
            )

    def ask(self, target: int, predict_returns: PredictReturns | None) -> None:
        """Put queries until ``target`` labels are there, or are on their way.

        A formula answers at once, and skipped pairs are replaced by others. For a live teacher a
        few queries are kept open, and newer clips replace those that nobody has looked at.
        """
        target = min(target, self.budget)
        if isinstance(self.teacher, LiveTeacher):
            self._post(target, predict_returns)
        else:
            self._put(target, predict_returns)

    def _put(self, target: int, predict_returns: PredictReturns | None) -> None:
        self._refresh()
        attempts = ATTEMPTS_PER_LABEL * max(target - self.labels, 0)
        while self.labels < target and attempts > 0:
            queries = self._choose(min(target - self.labels, attempts), predict_returns)
            if not queries:
                return
            attempts -= len(queries)
            unanswered = [query.id for query in queries if not self._answered(query)]
            self.store.withdraw(unanswered)
            self._refresh()
        if self.labels < target:
            warnings.warn(
                f"the teacher gave no label to {ATTEMPTS_PER_LABEL} queries for each label wanted; "
                f"{target - self.labels} labels are left for the next round",
                stacklevel=3,
            )

    def _answered(self, query: Query) -> bool:
        judgement = self.teacher.answer(query)
        if judgement is not None:
            self.store.record(judgement)
        return judgement is not None

    def _post(self, target: int, predict_returns: PredictReturns | None) -> None:
        open_ = self.store.open_ids()
        self._refresh()  # behind that, or an answer that came in between would be asked for again
        wanted = min(target - self.labels, OPEN_QUERIES)
        fresh = [id_ for id_ in open_ if self._is_fresh(id_)]
        withdrawn = set(self.store.withdraw(set(open_) - set(fresh)))
        missing = wanted - len(set(open_) - withdrawn)
        if missing > 0:
            self._choose(missing, predict_returns, drawable=True)

    def _is_fresh(self, query_id: int) -> bool:
        posted, rows = self._posted.get(query_id, (0.0, 0))
        return rows == self.buffer.rows or time.monotonic() < posted + FRESH_SECONDS

    def _choose(
        self, n: int, predict_returns: PredictReturns | None, drawable: bool = False
    ) -> list[Query]:
        queries = choose_queries(
            self.buffer,
            n,
            self.rng,
            strategy=self.strategy,
            predict_returns=predict_returns,
            round=self.round,
            drawable=drawable,
        )
        if drawable and self.repeats:
            queries = [self._repeat_or(query) for query in queries]
        stored = self.store.add_queries(queries)
        self._queries.update({query.id: query for query in stored})
        now = (time.monotonic(), self.buffer.rows)
        self._posted.update({query.id: now for query in stored})
        self.asked += len(stored)
        return stored

    def _repeat_or(self, query: Query) -> Query:
        """Now and then an earlier pair again, sides swapped, to measure self-agreement."""
        earlier = [id_ for id_, value in self._values.items() if value != 0.5]
        if not earlier or self.rng.random() >= self.repeats:
            return query
        again = self._queries[earlier[int(self.rng.integers(len(earlier)))]]
        return replace(again, id=0, purpose="repeat", left=1 - again.left, round=self.round)

    def collect(self) -> Labels:
        """The labels that are new or changed since the last call, from the store."""
        self._refresh()
        changed, self._changed = self._changed, {}
        values = {id_: self._values.get(id_) for id_ in changed}
        return Labels(values, {id_: self._queries[id_] for id_ in changed})

    def _refresh(self) -> None:
        for judgement in self.store.judgements(after=self.seen):
            self.seen = judgement.id
            self._take(judgement)

    def _take(self, judgement: Judgement) -> None:
        if judgement.query not in self._queries:
            self._queries[judgement.query] = self.store.query(judgement.query)
        answers = self._answers.setdefault(judgement.query, {})
        answers[judgement.annotator] = judgement.preference
        if self._queries[judgement.query].purpose != "label":
            return
        known = [answer.label for answer in answers.values() if answer.label is not None]
        if known:
            self._values[judgement.query] = sum(known) / len(known)
        else:
            self._values.pop(judgement.query, None)
        self._changed[judgement.query] = None
