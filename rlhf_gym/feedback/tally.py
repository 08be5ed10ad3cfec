"""Tally: which queries are open and how many labels there are, kept up to date by what is new."""

from __future__ import annotations

import threading
from collections import Counter

from sqlalchemy import Connection, bindparam, select

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.labels import Labels
from rlhf_gym.feedback.query import Purpose
from rlhf_gym.feedback.store_records import Counts
from rlhf_gym.feedback.tables import DRAWN, JudgementRow, QueryRow, purpose_of_kind

__all__ = ["Tally"]

# Built once: SQLAlchemy takes longer to build a statement than SQLite takes to run it.
_NEW_QUERIES = select(QueryRow.id, QueryRow.kind, QueryRow.withdrawn).where(
    QueryRow.id > bindparam("after")
)
_NEW_JUDGEMENTS = (
    select(JudgementRow.__table__)
    .where(JudgementRow.id > bindparam("after"))
    .order_by(JudgementRow.id)
)
_WITHDRAWN = select(QueryRow.id).where(
    QueryRow.id.in_(bindparam("ids", expanding=True)), QueryRow.withdrawn.is_not(None)
)
_DRAWN_OF = select(DRAWN).where(QueryRow.id.in_(bindparam("ids", expanding=True)))


class Tally:
    """Follows the queries and judgements of a store; several threads may use it.

    Queries and judgements are only ever added, and a query is withdrawn for good. So each look
    reads the rows that are new and those of the open queries, however many there are in all.
    """

    def __init__(self) -> None:
        """Begin before the first query."""
        self._lock = threading.Lock()
        self._query = self._judgement = 0
        self._purposes: dict[int, Purpose] = {}
        self._unanswered: set[int] = set()
        self._withdrawn: set[int] = set()
        self._answers: dict[int, dict[str, Preference]] = {}
        self._given: Counter[Preference] = Counter()
        self._labels = Labels(self._purposes.__getitem__)

    def open_ids(self, connection: Connection) -> list[int]:
        """Return the ids of the queries that are neither answered nor withdrawn, oldest first.

        Call it in a transaction before anything is written in it.
        """
        with self._lock:
            self._read(connection)
            return sorted(self._unanswered)

    def annotators_of(self, connection: Connection, query: int) -> set[str]:
        """Return whose answers to a query are in force; call it as `open_ids`."""
        with self._lock:
            self._read(connection)
            return set(self._answers.get(query, ()))

    def counts(self, connection: Connection) -> Counts:
        """Count the queries by their state; call it as `open_ids`."""
        with self._lock:
            self._read(connection)
            drawn = connection.scalars(_DRAWN_OF, {"ids": list(self._unanswered)}).all()
            asked, answered = len(self._purposes), len(self._answers)
            waiting = len(self._unanswered)
            return Counts(
                asked=asked,
                answered=answered,
                labels=len(self._labels),
                ties=self._given[Preference.TIE],
                cannot_tell=self._given[Preference.CANNOT_TELL],
                open=waiting,
                ready=sum(drawn),
                withdrawn=asked - answered - waiting,
            )

    def _read(self, connection: Connection) -> None:
        for id_, kind, withdrawn in connection.execute(_NEW_QUERIES, {"after": self._query}):
            self._query = max(self._query, id_)
            self._purposes[id_] = purpose_of_kind(kind)
            (self._unanswered if withdrawn is None else self._withdrawn).add(id_)
        for row in connection.execute(_NEW_JUDGEMENTS, {"after": self._judgement}):
            self._judgement = row.id
            self._take(Judgement(**row._mapping))
        gone = connection.scalars(_WITHDRAWN, {"ids": list(self._unanswered)}).all()
        self._unanswered.difference_update(gone)
        self._withdrawn.update(gone)

    def _take(self, judgement: Judgement) -> None:
        query, answers = judgement.query, self._answers.pop(judgement.query, {})
        self._given.subtract(set(answers.values()))
        if judgement.preference is Preference.UNDONE:
            answers.pop(judgement.annotator, None)
        else:
            answers[judgement.annotator] = judgement.preference
        self._given.update(set(answers.values()))
        if answers:
            self._answers[query] = answers
            self._unanswered.discard(query)
        elif query not in self._withdrawn:
            self._unanswered.add(query)
        self._labels.take([judgement])
