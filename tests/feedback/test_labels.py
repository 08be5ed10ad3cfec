"""A label is counted once: by the trainer's `Labels` and by the store alike."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from store_helpers import ENVIRONMENT, clip

from rlhf_gym import FeedbackStore, Judgement, Preference, Query
from rlhf_gym.feedback.labels import Labels, label_of
from rlhf_gym.feedback.query import Purpose

FIRST, SECOND, TIE = Preference.FIRST, Preference.SECOND, Preference.TIE
UNSURE, UNDONE = Preference.CANNOT_TELL, Preference.UNDONE


PURPOSES: tuple[Purpose, ...] = ("label", "label", "repeat", "practice")
"""Of the queries 1 to 4."""


def labels() -> Labels:
    return Labels(lambda query: PURPOSES[query - 1])


def said(query: int, preference: Preference, annotator: str = "ada") -> Judgement:
    return Judgement(query, preference, annotator)


def test_an_answer_is_a_label_unless_it_cannot_tell_or_repeats_or_practises() -> None:
    found = labels()
    changed = found.take([said(1, TIE), said(2, UNSURE), said(3, FIRST), said(4, SECOND)])
    assert changed == found.values == {1: 0.5} and len(found) == 1


def test_the_latest_answer_of_an_annotator_counts_and_an_undone_one_does_not() -> None:
    found = labels()
    assert found.take([said(1, FIRST), said(1, UNDONE), said(1, SECOND)]) == {1: 0.0}
    assert found.take([said(1, UNDONE)]) == {1: None}
    assert len(found) == 0


def test_answers_of_several_annotators_are_one_label_their_mean() -> None:
    found = labels()
    found.take([said(1, FIRST), said(1, FIRST, "bob"), said(1, SECOND, "cem")])
    assert found.take([said(1, UNSURE, "dan")]) == {} and len(found) == 1
    assert found.values[1] == 2 / 3
    assert found.take([said(1, UNDONE, "cem")]) == {1: 1.0}


def test_an_answer_that_is_given_again_changes_nothing() -> None:
    found = labels()
    found.take([said(1, FIRST)])
    assert found.take([said(1, UNDONE), said(1, FIRST)]) == {}


def test_a_query_without_a_purpose_to_learn_has_no_label() -> None:
    assert label_of("label", []) is None
    assert label_of("repeat", [FIRST]) is label_of("practice", [FIRST]) is None


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(Preference), st.sampled_from(["ada", "bob"])),
        max_size=12,
    )
)
def test_the_store_counts_what_the_trainer_counts(
    steps: list[tuple[int, Preference, str]],
) -> None:
    with (
        TemporaryDirectory() as folder,
        FeedbackStore.create(Path(folder) / "feedback.db", environment=ENVIRONMENT) as store,
    ):
        pair = clip(1, 3), clip(2, 3)
        queries = store.add_queries([Query(pair, purpose=purpose) for purpose in PURPOSES])
        for number, preference, annotator in steps:
            try:
                store.record(Judgement(queries[number].id, preference, annotator))
            except ValueError:
                assert preference is UNDONE  # there is nothing to take back
        found = Labels(lambda id_: store.query(id_).purpose)
        found.take(store.judgements())
        assert store.counts().labels == len(found)
