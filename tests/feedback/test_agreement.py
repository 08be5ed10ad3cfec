"""Self-agreement and agreement between annotators, by numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from rlhf_gym import Judgement, Preference
from rlhf_gym.feedback.agreement import AnsweredPair, Share, annotator_agreement, self_agreement
from rlhf_gym.feedback.query import Purpose
from rlhf_gym.labelling.state import Item, Pair, State
from rlhf_gym.labelling.summary import summarise

FIRST, SECOND, TIE = Preference.FIRST, Preference.SECOND, Preference.TIE
UNSURE = Preference.CANNOT_TELL


def answered(
    query: int,
    preference: Preference,
    clips: tuple[int, int] = (7, 8),
    purpose: Purpose = "repeat",
    annotator: str = "ada",
    left: int = 0,
) -> AnsweredPair:
    return AnsweredPair(Judgement(query, preference, annotator, left=left), clips, purpose)


ONE_REPEAT = [
    ([(FIRST, (7, 8)), (SECOND, (8, 7))], Share(1, 1)),  # clip 7 both times
    ([(FIRST, (7, 8)), (FIRST, (8, 7))], Share(0, 1)),
    ([(TIE, (7, 8)), (TIE, (8, 7))], Share(1, 1)),
    ([(UNSURE, (7, 8)), (UNSURE, (7, 8))], Share(1, 1)),
    ([(TIE, (7, 8)), (UNSURE, (7, 8))], Share(0, 1)),
    ([(FIRST, (7, 8)), (FIRST, (7, 9))], Share(0, 0)),  # another pair
    # each repeat is compared with the first showing, not with the one before it
    ([(FIRST, (7, 8)), (SECOND, (7, 8)), (SECOND, (7, 8))], Share(0, 2)),
]


@pytest.mark.parametrize(("shown", "share"), ONE_REPEAT)
def test_each_repeat_is_compared_with_the_first_showing(
    shown: list[tuple[Preference, tuple[int, int]]], share: Share
) -> None:
    pairs = [
        answered(query, preference, clips, "repeat" if query else "label")
        for query, (preference, clips) in enumerate(shown)
    ]
    assert self_agreement(pairs) == self_agreement(pairs[::-1]) == share


def test_a_first_answer_that_was_changed_after_the_repeat_counts_as_it_is_now() -> None:
    changed = AnsweredPair(Judgement(1, SECOND, "ada", id=9), (7, 8), "label")
    repeat = AnsweredPair(Judgement(2, SECOND, "ada", id=5), (7, 8), "repeat")
    assert self_agreement([repeat, changed]) == Share(1, 1)


def test_annotators_are_compared_with_themselves_only() -> None:
    pairs = [
        answered(1, FIRST, purpose="label"),
        answered(2, FIRST, annotator="bob"),  # never answered the first showing
        answered(3, FIRST),
        answered(4, FIRST, purpose="practice"),
    ]
    assert self_agreement(pairs) == Share(1, 1)


@pytest.mark.parametrize(("shown", "share"), ONE_REPEAT)
@pytest.mark.parametrize("left", [0, 1])
def test_the_windows_summary_says_what_a_report_says(
    shown: list[tuple[Preference, tuple[int, int]]], share: Share, left: int
) -> None:
    items = []
    for query, (preference, clips) in enumerate(shown):
        on_screen = clips if left == 0 else clips[::-1]
        purpose: Purpose = "repeat" if query else "label"
        pair = Pair(query + 1, left, on_screen, purpose=purpose)
        items.append(Item(pair, given=Judgement(query + 1, preference, "ada", left=left)))
    summary = summarise(State("ada", items=tuple(items), index=len(items)))
    assert summary.repeats == share.total
    assert summary.agreement == (share.value if share.total else None)


def test_annotators_agree_if_they_say_the_same_of_one_query() -> None:
    pairs = [
        answered(1, FIRST, purpose="label"),
        answered(1, FIRST, purpose="label", annotator="bob"),
        answered(1, TIE, purpose="label", annotator="cem"),
        answered(2, TIE, purpose="label"),
        answered(2, TIE, purpose="label", annotator="bob"),
        answered(3, FIRST),
        answered(3, SECOND, annotator="bob"),  # of repeats only self-agreement is asked
        answered(4, FIRST, purpose="label"),
    ]
    assert annotator_agreement(pairs) == Share(2, 4)
    assert math.isnan(annotator_agreement([]).value)
