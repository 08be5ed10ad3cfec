"""Preference: what each answer teaches, and how it turns with the clips."""

from __future__ import annotations

import pytest

from rlhf_gym.feedback.judgement import Judgement, Preference


@pytest.mark.parametrize(
    ("preference", "label"),
    [
        (Preference.FIRST, 1.0),
        (Preference.SECOND, 0.0),
        (Preference.TIE, 0.5),
        (Preference.CANNOT_TELL, None),
        (Preference.UNDONE, None),
    ],
)
def test_a_tie_is_a_label_but_cannot_tell_and_undone_are_none(
    preference: Preference, label: float | None
) -> None:
    assert preference.label == label


@pytest.mark.parametrize("preference", list(Preference))
def test_swapping_twice_changes_nothing_and_swapping_once_mirrors_the_label(
    preference: Preference,
) -> None:
    assert preference.swapped.swapped is preference
    if preference.label is not None:
        assert preference.swapped.label == 1 - preference.label
    else:
        assert preference.swapped is preference


def test_a_preference_is_stored_as_its_plain_name() -> None:
    assert Preference("cannot_tell") is Preference.CANNOT_TELL
    assert Preference.FIRST.value == "first"


def test_two_judgements_are_equal_whenever_they_were_stored() -> None:
    early = Judgement(1, Preference.FIRST, "ada", created=1.0)
    assert early == Judgement(1, Preference.FIRST, "ada", created=2.0)
    assert early != Judgement(1, Preference.SECOND, "ada", created=1.0)
