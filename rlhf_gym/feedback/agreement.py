"""Agreement: how often an annotator agrees with their own earlier answers, and with others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose

__all__ = [
    "AnsweredPair",
    "Share",
    "annotator_agreement",
    "is_guessing",
    "self_agreement",
    "share_interval",
]


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval (Wilson 1927).

    Attributes:
        hits: number of times that it happened.
        total: number of times that it could have happened.
    """

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; NaN if ``total`` is 0."""
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound.

        >>> [round(bound, 3) for bound in Share(8, 10).interval]
        [0.49, 0.943]
        """
        return share_interval(self.value, self.total)


def share_interval(share: float, total: float) -> tuple[float, float]:
    """Return the 95 % interval (Wilson 1927) of a share of ``total`` cases; all if there is none.

    >>> share_interval(0.5, 0)
    (0.0, 1.0)
    """
    if not total:
        return 0.0, 1.0
    z, n, p = 1.96, total, share
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def is_guessing(accuracy: float, answers: int) -> bool:
    """Whether an accuracy on so many answers is not clearly better than by guessing.

    >>> [is_guessing(accuracy, 40) for accuracy in (0.6, 0.9)]
    [True, False]
    """
    low, _ = share_interval(accuracy, answers)
    return low <= 0.5


@dataclass(frozen=True)
class AnsweredPair:
    """A judgement in force with the pair of clips that it is about.

    Attributes:
        judgement: the judgement.
        clips: the store's numbers of the first and the second clip.
        purpose: why the pair was shown.
    """

    judgement: Judgement
    clips: tuple[int, int]
    purpose: Purpose = "label"

    @property
    def chosen(self) -> int | Preference:
        """The number of the chosen clip, or the answer if none was chosen."""
        named = {Preference.FIRST: self.clips[0], Preference.SECOND: self.clips[1]}
        return named.get(self.judgement.preference, self.judgement.preference)

    @property
    def shown_to(self) -> tuple[str, frozenset[int]]:
        """The annotator and the clips, in whichever order."""
        return self.judgement.annotator, frozenset(self.clips)


def self_agreement(answers: Iterable[AnsweredPair]) -> Share:
    """Count the repeats that were answered as the pair was at its first showing.

    The first showing to an annotator is the earliest query about the pair that was asked for a
    label and that they answered. Each repeat is compared with the answer that is now in force
    there, also if it was given or changed later. Repeats of a pair without a first answer are not
    counted. Two answers are alike if they choose the same clip, wherever it was shown, or if both
    are ties, or both "cannot tell".

    Args:
        answers: the judgements in force, in any order.

    >>> first = AnsweredPair(Judgement(1, Preference.FIRST, "ada"), (7, 8))
    >>> again = AnsweredPair(Judgement(2, Preference.SECOND, "ada"), (8, 7), "repeat")
    >>> self_agreement([first, again])
    Share(hits=1, total=1)
    """
    ordered = sorted(answers, key=lambda answer: answer.judgement.query)
    at_first: dict[tuple[str, frozenset[int]], int | Preference] = {}
    for answer in ordered:
        if answer.purpose == "label":
            at_first.setdefault(answer.shown_to, answer.chosen)
    alike = [
        answer.chosen == at_first[answer.shown_to]
        for answer in ordered
        if answer.purpose == "repeat" and answer.shown_to in at_first
    ]
    return Share(sum(alike), len(alike))


def annotator_agreement(answers: Iterable[AnsweredPair]) -> Share:
    """Count the pairs of annotators who answered a query alike, over all queries for labels.

    Args:
        answers: the judgements in force, in any order.

    >>> said = [("ada", Preference.FIRST), ("bob", Preference.FIRST), ("cem", Preference.TIE)]
    >>> annotator_agreement(AnsweredPair(Judgement(1, what, who), (7, 8)) for who, what in said)
    Share(hits=1, total=3)
    """
    by_query: dict[int, list[int | Preference]] = {}
    for answer in answers:
        if answer.purpose == "label":
            by_query.setdefault(answer.judgement.query, []).append(answer.chosen)
    alike = [one == other for chosen in by_query.values() for one, other in combinations(chosen, 2)]
    return Share(sum(alike), len(alike))
