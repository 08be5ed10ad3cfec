"""Asking: from clips to labels, through the store; spends the budget of labels exactly."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.labels import Labels
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.feedback.stored_queries import StoredQueries
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.queries.candidates import PredictReturns
from rlhf_gym.queries.choosing import choose_queries
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["Asking", "LabelChanges"]

ATTEMPTS_PER_LABEL = 10
"""Number of queries put to a teacher for each label wanted, before the rest is left for the next
round."""
OPEN_QUERIES, FRESH_SECONDS = 8, 30.0
"""See `Asking`."""
AT_ONCE = 16
"""Number of queries, at most, whose clips are in memory at once."""
TELLING = 10
"""Number of labels below which many ties may be chance."""


@dataclass(frozen=True)
class LabelChanges:
    """New and changed labels, as the reward model takes them.

    Attributes:
        values: the label of each query id, None if it was taken back.
        queries: the queries of those ids, read from the store where they are looked at.
    """

    values: dict[int, float | None]
    queries: Mapping[int, Query]


class Asking:
    """Puts queries to a teacher and collects the labels, all through the store.

    Every query is posted to the store. A teacher that answers at once is then asked, and its
    judgements are recorded; the queries that it skips are withdrawn. A live teacher answers posted
    queries in its own time, so only a few are kept open, and old ones give way to newer clips. The
    store alone keeps the clips; those of a few queries are in memory.

    Attributes:
        round: number of the round of asking and fitting, from 0; the training loop counts it.
        seen: id of the last judgement that was taken from the store.
        asked: number of queries ever posted, in all sessions of the run.
        open_queries: number of queries, at most, that wait for a live teacher.
        fresh_seconds: seconds after which an open query that nobody looks at gives way to newer
            clips, if there are any.
    """

    def __init__(
        self,
        teacher: Teacher,
        store: FeedbackStore,
        buffer: ClipBuffer,
        settings: FeedbackSettings,
        *,
        seed: int = 0,
    ) -> None:
        """Take over the queries that are open in the store.

        Args:
            teacher: who answers.
            store: where queries and judgements are kept.
            buffer: where clips come from.
            settings: with the budget of labels (a tie is a label, "cannot tell" is not), the
                strategy, and the share of repeats, which are for people only.
            seed: of the choice of queries.
        """
        self.teacher, self.store, self.buffer = teacher, store, buffer
        self.budget, self.strategy = settings.labels, settings.strategy
        self.repeats = settings.repeats if teacher.like_a_person else 0.0
        self.open_queries, self.fresh_seconds = OPEN_QUERIES, FRESH_SECONDS
        self._rng = np.random.default_rng([seed, 2])
        self.round = 0
        self.seen = 0
        self.asked = store.counts().asked
        self._changed: dict[int, None] = {}
        self._purposes: dict[int, Purpose] = {}
        self._labels = Labels(self._purposes.__getitem__)
        left_open = store.open_ids()
        if not teacher.live:  # posted by a process that was killed before the teacher answered
            store.withdraw(left_open)
        self._posted = {id_: (time.monotonic(), 0) for id_ in left_open}

    @property
    def labels(self) -> int:
        """Number of labels, see `rlhf_gym.feedback.labels.Labels`."""
        return len(self._labels)

    def check_labels(self) -> None:
        """Warn if more than half of the labels are ties, from which little can be learned.

        Raises:
            ValueError: there is no label, or was no pair of clips: nothing can be learned.
        """
        if not self.asked:
            raise ValueError(
                "training has not begun: in the first steps there were no two clips to ask about; "
                "ask about shorter clips, or let the untrained agent take more of them "
                "(warm_up_steps)"
            )
        if not self.labels:
            raise ValueError(
                "training has not begun: the teacher could tell nothing about any of "
                f"{self.asked:,} pairs of clips, and there is nothing to learn from; ask about "
                "longer clips, or look at what the teacher sees of one"
            )
        ties = sum(value == 0.5 for value in self._labels.values.values())
        if self.labels >= TELLING and ties > self.labels / 2:
            warnings.warn(
                f"{ties:,} of the first {self.labels:,} labels are ties, from which little can be "
                "learned: ask about longer clips; a synthetic teacher may judge by a score that "
                "tells them apart, as SyntheticTeacher(score=score_of('MountainCar-v0'))",
                stacklevel=3,
            )

    def step_taken(self, dones: Iterable[bool], infos: Iterable[Mapping[str, Any]]) -> None:
        """Tell the teacher of the episodes that ended at a step."""
        for done, info in zip(dones, infos, strict=True):
            if done and "episode" in info:
                self.teacher.episode_ended(info["episode"]["r"], info["episode"]["l"])

    def ask(
        self, target: int, predict_returns: PredictReturns | None, *, untrained: bool = False
    ) -> None:
        """Post queries until ``target`` labels are given, or can be given by those that are open.

        A teacher that answers at once has then answered, and pairs that it skipped have been
        replaced by others.

        Args:
            target: number of labels wanted in all; at most the budget counts.
            predict_returns: of the reward model, for strategies that use it; None before a fit.
            untrained: whether the clips are of an untrained agent; people are then asked about
                pairs of clips that differ much.
        """
        target = min(target, self.budget)
        # The open queries are read before the judgements: an answer that comes in between counts
        # twice here, so that fewer queries are posted; the other way round it would count not at
        # all, and be asked for again.
        open_ = self._withdraw_stale()
        self._take_judgements()
        attempts = ATTEMPTS_PER_LABEL * max(target - self.labels, 0)
        room = self.open_queries if self.teacher.live else attempts
        while (missing := min(target - self.labels, attempts, room) - len(open_)) > 0:
            asked = self.asked
            for queries in _parts(self._choose(missing, predict_returns, untrained)):
                open_ |= self._put(self._post(queries))
            if self.asked == asked:
                return
            attempts -= self.asked - asked
        if attempts <= 0 and self.labels < target:
            warnings.warn(
                f"the teacher gave no label to {ATTEMPTS_PER_LABEL} queries for each label wanted; "
                f"{target - self.labels:,} labels are left for the next round",
                stacklevel=3,
            )

    def _withdraw_stale(self) -> set[int]:
        """Withdraw the open queries that are no longer fresh; returns the ids of the others."""
        open_ = set(self.store.open_ids())
        stale = {id_ for id_ in open_ if not self._is_fresh(id_)}
        return open_ - set(self.store.withdraw(stale)) if stale else open_

    def _is_fresh(self, query_id: int) -> bool:
        posted, rows = self._posted.get(query_id, (0.0, 0))
        return rows == self.buffer.rows or time.monotonic() < posted + self.fresh_seconds

    def _choose(
        self, n: int, predict_returns: PredictReturns | None, untrained: bool
    ) -> Iterator[Query]:
        """Choose up to ``n`` queries."""
        queries = choose_queries(
            self.buffer,
            n,
            self._rng,
            strategy=self.strategy,
            predict_returns=predict_returns,
            round=self.round,
            drawable=self.teacher.live,
            unlike=self.teacher.live and untrained,
        )
        return map(self._repeat_or, queries) if self.repeats else queries

    def _post(self, queries: list[Query]) -> list[Query]:
        """Add queries to the store."""
        stored = self.store.add_queries(queries)
        self._purposes.update({query.id: query.purpose for query in stored})
        now = (time.monotonic(), self.buffer.rows)
        self._posted.update({query.id: now for query in stored})
        self.asked += len(stored)
        return stored

    def _put(self, queries: list[Query]) -> set[int]:
        """Let the teacher answer queries at once; returns the ids of those that stay open."""
        unanswered = []
        for query in queries:
            judgement = self.teacher.answer(query)
            if judgement is None:
                unanswered.append(query.id)
            else:
                self.store.record(judgement, fold=False)
        self.store.fold()
        if not self.teacher.live:
            self.store.withdraw(unanswered)
            unanswered = []
        self._take_judgements()
        return set(unanswered)

    def _repeat_or(self, query: Query) -> Query:
        """Return, now and then, an earlier pair with its sides swapped, else ``query``.

        Self-agreement is measured with it.
        """
        earlier = [id_ for id_, value in self._labels.values.items() if value != 0.5]
        if not earlier or self._rng.random() >= self.repeats:
            return query
        again = self.store.query(earlier[int(self._rng.integers(len(earlier)))])
        return replace(again, id=0, purpose="repeat", left=1 - again.left, round=self.round)

    def collect(self, until: int | None = None) -> LabelChanges:
        """Return the labels that are new or changed since the last call, from the store.

        Args:
            until: id of the last judgement to take; by default all are taken.
        """
        self._take_judgements(until)
        changed, self._changed = self._changed, {}
        values = {id_: self._labels.values.get(id_) for id_ in changed}
        return LabelChanges(values, StoredQueries(self.store, changed))

    def _take_judgements(self, until: int | None = None) -> None:
        new = self.store.judgements(after=self.seen)
        if until is not None:
            new = [judgement for judgement in new if judgement.id <= until]
        if any(judgement.query not in self._purposes for judgement in new):
            self._purposes.update(self.store.purposes())
        self._changed.update(dict.fromkeys(self._labels.take(new)))
        self.seen = max([self.seen, *(judgement.id for judgement in new)])

    def state(self) -> dict[str, Any]:
        """Return the number of the round and the random state; the labels are in the store."""
        return {"round": self.round, "rng": self._rng.bit_generator.state}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.round = state["round"]
        self._rng.bit_generator.state = state["rng"]


def _parts(queries: Iterator[Query]) -> Iterator[list[Query]]:
    """Yield a few queries at a time."""
    while part := list(islice(queries, AT_ONCE)):
        yield part
