import math
from itertools import count
from pathlib import Path

import pytest
from run_folders import persons_run, write_answers

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.agreement import Share, self_agreement
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Purpose, Query
from rlhf_gym.results.answers import (
    Answer,
    AnswerLog,
    answer_shares,
    human_minutes,
    read_answers,
    seen_shares,
    side_bias,
)
from rlhf_gym.results.disputed import most_disputed

FIRST, SECOND, TIE, UNSURE = list(Preference)[:4]
QUERIES = count(1)
"""Numbers for the queries that are answered, in their order."""


def answer(
    preference: Preference,
    *,
    clips: tuple[int, int] = (1, 2),
    left: int = 0,
    purpose: Purpose = "label",
    seconds: float = 0.0,
    predicted: float | None = None,
    score: float = 0.0,
) -> Answer:
    judgement = Judgement(next(QUERIES), preference, "ada", seconds, left)
    return Answer(judgement, clips, purpose, "uniform", score, predicted)


def test_the_interval_of_8_of_10_is_wilsons() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_nothing_counted_has_no_share_and_the_widest_interval() -> None:
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_the_four_answers_are_counted() -> None:
    shares = answer_shares([answer(FIRST), answer(TIE), answer(TIE), answer(UNSURE)])
    assert {given.value: share.hits for given, share in shares.items()} == {
        "first": 1,
        "second": 0,
        "tie": 2,
        "cannot_tell": 1,
    }


def test_answers_are_counted_as_they_were_seen() -> None:
    swapped = [answer(FIRST, left=1), answer(SECOND, left=1), answer(SECOND, left=1)]
    shares = seen_shares([answer(FIRST), answer(TIE), *swapped])
    assert {name: share.hits for name, share in shares.items()} == {
        "left": 3,
        "right": 1,
        "tie": 1,
        "cannot_tell": 0,
    }


def test_the_side_follows_from_the_answer_and_what_stood_on_the_left() -> None:
    answers = [
        answer(FIRST, left=0),  # left chosen
        answer(FIRST, left=1),  # right chosen
        answer(SECOND, left=1),  # left chosen
        answer(TIE, left=1),  # no side
    ]
    assert side_bias(answers) == Share(2, 3)


def test_a_repeat_agrees_when_the_same_clip_is_chosen_whatever_its_place() -> None:
    answers = [
        answer(FIRST, clips=(1, 2)),
        answer(SECOND, clips=(2, 1), purpose="repeat"),  # clip 1 both times
        answer(FIRST, clips=(3, 4)),
        answer(SECOND, clips=(3, 4), purpose="repeat"),  # clip 3, then clip 4
        answer(TIE, clips=(5, 6)),
        answer(TIE, clips=(6, 5), purpose="repeat"),
    ]
    assert self_agreement(answers) == Share(2, 3)


def test_minutes_count_the_time_of_answers_without_a_label_too() -> None:
    answers = [answer(FIRST, seconds=30), answer(UNSURE, seconds=60), answer(TIE, seconds=30)]
    assert human_minutes(answers) == ([1, 2], [0.5, 2.0])


def test_a_persons_time_includes_repeats_and_answers_without_a_label() -> None:
    answers = (
        answer(FIRST, seconds=30),
        answer(UNSURE, seconds=60),
        answer(FIRST, purpose="repeat", seconds=6),
    )
    assert AnswerLog(answers).seconds == 96


def test_the_most_disputed_answer_is_the_furthest_from_its_prediction() -> None:
    wrong, right = answer(FIRST, predicted=0.1), answer(SECOND, predicted=0.1)
    tie, unsure = answer(TIE, predicted=0.8), answer(UNSURE, predicted=0.0)
    practice = answer(FIRST, predicted=0.0, purpose="practice")
    assert most_disputed([right, unsure, tie, wrong, practice], 4) == [wrong, tie]


def test_without_predictions_the_highest_scores_come_first() -> None:
    low, high = answer(FIRST, score=0.1), answer(FIRST, score=0.2)
    assert most_disputed([low, high], 1) == [high]


def test_a_missing_store_has_no_answers(tmp_path: Path) -> None:
    assert read_answers(tmp_path / "feedback.db").answers == ()


def test_a_broken_store_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "feedback.db").write_text("no database at all, " * 100)
    assert "feedback.db" in read_answers(tmp_path / "feedback.db").problem


def test_what_was_taken_back_is_counted_but_not_in_force(tmp_path: Path) -> None:
    write_answers(tmp_path, [FIRST, SECOND, Preference.UNDONE, TIE])
    feedback = read_answers(tmp_path / "feedback.db")
    assert [given.judgement.preference for given in feedback.answers] == [FIRST, TIE]
    assert (feedback.undone, feedback.asked, feedback.labels) == (1, 2, 2)
    assert feedback.seconds == 0


def test_a_persons_answers_come_with_predictions_clips_and_goal(tmp_path: Path) -> None:
    def predict(query: Query) -> float:
        return query.score

    feedback = read_answers(persons_run(tmp_path) / "feedback.db", predict)
    assert feedback.seconds > 60
    assert feedback.goal.startswith("Swing")
    assert all(given.predicted == given.score for given in feedback.answers)
    assert feedback.media[feedback.answers[0].clips[0]].is_file()
    assert self_agreement(feedback.answers) == Share(7, 8)


@pytest.mark.parametrize("preference", [UNSURE, FIRST])
def test_without_a_label_or_a_prediction_nothing_is_disputed(preference: Preference) -> None:
    assert answer(preference, predicted=None).dispute == -1


def test_the_last_word_of_each_person_is_a_remark_if_it_has_a_flag_or_a_note(
    tmp_path: Path,
) -> None:
    write_answers(tmp_path, [FIRST, SECOND, Preference.UNDONE, TIE])
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        store.record(Judgement(1, FIRST, "ada", flagged=True))
        store.record(Judgement(2, Preference.UNDONE, "bob", note="<b>odd</b>"))
        store.record(Judgement(1, TIE, "cem", flagged=True))
        store.record(Judgement(1, TIE, "cem"))
    log = read_answers(tmp_path / "feedback.db")
    said = [(a.judgement.annotator, a.judgement.flagged, a.judgement.note) for a in log.remarks]
    assert said == [("bob", False, "<b>odd</b>"), ("ada", True, "")]
    assert log.undone == 1  # a remark on a pair without an answer takes nothing back
