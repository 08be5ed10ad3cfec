"""Review: what an annotator has said, and in which order they look at it once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rlhf_gym.feedback.judgement import Judgement, Preference

__all__ = ["last_said", "review_order"]


def last_said(judgements: Iterable[Judgement], annotator: str) -> dict[int, Judgement]:
    """Return an annotator's last judgement of each query, the newest last, with undone ones.

    >>> said = [Judgement(query, Preference.TIE, "ada") for query in (1, 2, 1)]
    >>> list(last_said([*said, Judgement(3, Preference.TIE, "bob")], "ada"))
    [2, 1]
    """
    last: dict[int, Judgement] = {}
    for judgement in judgements:
        if judgement.annotator == annotator:
            last.pop(judgement.query, None)
            last[judgement.query] = judgement
    return last


def review_order(
    judgements: Iterable[Judgement], annotator: str, disputed: Sequence[int] = ()
) -> list[int]:
    """Return the queries that an annotator has answered, in the order of a review.

    Args:
        judgements: all judgements, in the order in which they were made.
        annotator: whose answers are reviewed.
        disputed: the queries whose answers the reward model contradicts, the most disputed first.

    Returns:
        First those, then what was flagged or noted, then the others; the newest first.

    >>> said = [Judgement(query, Preference.TIE, "ada", flagged=query == 2) for query in range(5)]
    >>> review_order(said, "ada", disputed=[1, 9])
    [1, 2, 4, 3, 0]
    """
    last = last_said(judgements, annotator)
    given = [each for each in last.values() if each.preference is not Preference.UNDONE][::-1]
    marked = [each.query for each in given if each.flagged or each.note]
    first = [query for query in disputed if query in {each.query for each in given}]
    return list(dict.fromkeys([*first, *marked, *(each.query for each in given)]))
