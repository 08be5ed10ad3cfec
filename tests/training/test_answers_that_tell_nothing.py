"""Pairs that are skipped, ties, and teachers that can tell nothing."""

from __future__ import annotations

import itertools
from typing import Any

import gymnasium as gym
import pytest
from short_trainings import feedback_of, trained

from rlhf_gym import ScriptedTeacher, SyntheticTeacher
from rlhf_gym.envs.known import score_of
from rlhf_gym.reward_model import Diagnostics, RewardEnsemble


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


class Measured(RewardEnsemble):
    """Is known to predict a share of 40 held-out answers."""

    share = 0.0

    def diagnostics(self) -> Diagnostics:
        return Diagnostics(40, accuracy=self.share, calibration=((0.5, 0.5, 40),))


@pytest.mark.parametrize(("share", "told"), [(0.6, 1), (0.9, 0)])
def test_answers_that_are_hardly_predicted_are_warned_of_once(
    share: float, told: int, recwarn: pytest.WarningsRecorder
) -> None:
    env = gym.make("CartPole-v1")
    model = Measured(env.observation_space, env.action_space, device="cpu")
    model.share = share
    trained(feedback_of(labels=12, reward_model=model), 6000)
    texts = [str(each.message) for each in recwarn if "hardly more than by guessing" in str(each)]
    assert len(texts) == told
    assert all("60% of the answers" in text for text in texts)
