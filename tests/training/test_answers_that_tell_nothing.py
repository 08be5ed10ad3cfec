"""Pairs that are skipped, ties, and teachers that can tell nothing."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from short_trainings import feedback_of, trained

from rlhf_gym import ScriptedTeacher, SyntheticTeacher
from rlhf_gym.envs.known import score_of


@pytest.mark.parametrize(
    "teacher",
    [
        SyntheticTeacher(skip=0.5, equal=0.1, seed=1),
        ScriptedTeacher(itertools.cycle(["cannot_tell", None, "first", 0.5])),
        lambda first, second: None if first.true_return < second.true_return else "tie",
    ],
)
def test_skipped_pairs_and_cannot_tell_cost_no_label(teacher: Any) -> None:
    feedback = feedback_of(teacher, labels=9)
    trained(feedback, env_id="Pendulum-v1")
    counts = feedback.store.counts()
    assert feedback.labels_given == counts.answered - counts.cannot_tell == 9
    assert feedback.asking.asked == counts.asked > 9
    assert counts.open == 0


def test_a_teacher_that_can_tell_nothing_ends_training_before_it_begins() -> None:
    feedback = feedback_of(ScriptedTeacher([]), labels=2)
    with (
        pytest.warns(UserWarning, match="1 labels are left"),
        pytest.raises(ValueError, match="could tell nothing about any of 10 pairs of clips"),
    ):
        trained(feedback)
    assert feedback.store.counts().open == 0


def test_many_ties_among_the_first_labels_are_warned_of_once() -> None:
    feedback = feedback_of(SyntheticTeacher(), labels=20, first_share=0.5)
    with pytest.warns(UserWarning, match="labels are ties") as warned:
        trained(feedback, env_id="MountainCar-v0")
    assert "SyntheticTeacher(score=score_of('MountainCar-v0'))" in str(warned[0].message)
    assert sum("ties" in str(warning.message) for warning in warned) == 1


@pytest.mark.parametrize(
    "teacher", ["synthetic", SyntheticTeacher(score=score_of("MountainCar-v0"))]
)
def test_a_score_leaves_no_tie_to_warn_of(teacher: str | SyntheticTeacher) -> None:
    feedback = feedback_of(teacher, labels=20, first_share=0.5)
    trained(feedback, env_id="MountainCar-v0")
    assert feedback.labels_given == 20
