"""Labels: which answers count, and how many there are; the one place that counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose

__all__ = ["Labels", "label_of"]


def label_of(purpose: Purpose, answers: Iterable[Preference]) -> float | None:
    """Return the label that a query has, or None if it has none.

    Only a query that was asked to learn from its answer can have one, so a pair that is shown again
    to measure self-agreement is not counted twice. A tie is a label; "cannot tell" and an answer
    that was taken back are not. The label of several annotators is the mean of theirs.

    Args:
        purpose: why the query was asked.
        answers: the latest answer of each annotator.

    Returns:
        Probability that the first clip is better.

    >>> label_of("label", [Preference.FIRST, Preference.TIE, Preference.CANNOT_TELL])
    0.75
    >>> label_of("repeat", [Preference.FIRST]) is label_of("label", [Preference.UNDONE]) is None
    True
    """
    known = [answer.label for answer in answers if answer.label is not None]
    return sum(known) / len(known) if known and purpose == "label" else None


class Labels:
    """The labels in force: follows the judgements of a store, and says which labels they change.

    The trainer, the store, the window, reports and benchmarks all count labels as this class does
    (the store in bulk, by `label_of`).

    >>> labels = Labels({1: "label", 2: "label", 3: "repeat"}.__getitem__)
    >>> labels.take([Judgement(query, Preference.FIRST, "ada") for query in (1, 2, 3)])
    {1: 1.0, 2: 1.0}
    >>> labels.take([Judgement(2, Preference.UNDONE, "ada")])
    {2: None}
    >>> len(labels), dict(labels.values)
    (1, {1: 1.0})
    """

    def __init__(self, purpose_of: Callable[[int], Purpose]) -> None:
        """Begin without judgements; ``purpose_of`` gives the purpose of the query with an id."""
        self._purpose_of = purpose_of
        self._answers: dict[int, dict[str, Preference]] = {}
        self._values: dict[int, float] = {}

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self._values)

    @property
    def values(self) -> Mapping[int, float]:
        """The label of each query that has one, by the query's id."""
        return MappingProxyType(self._values)

    def take(self, judgements: Iterable[Judgement]) -> dict[int, float | None]:
        """Take in judgements, in the order in which they were made.

        Returns:
            The label of each query whose label they changed, None if it has none any more.
        """
        before: dict[int, float | None] = {}
        for judgement in judgements:
            before.setdefault(judgement.query, self._values.get(judgement.query))
            self._take(judgement)
        now = {query: self._values.get(query) for query in before}
        return {query: label for query, label in now.items() if label != before[query]}

    def _take(self, judgement: Judgement) -> None:
        answers = self._answers.setdefault(judgement.query, {})
        answers[judgement.annotator] = judgement.preference
        label = label_of(self._purpose_of(judgement.query), answers.values())
        if label is None:
            self._values.pop(judgement.query, None)
        else:
            self._values[judgement.query] = label
