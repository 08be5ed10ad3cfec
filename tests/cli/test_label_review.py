"""`rlhf-gym label RUN --review`: which answers come first, and what is said at the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import a_run
from run_folders import write_answers

from rlhf_gym.cli.main import main
from rlhf_gym.cli.review import answers_of, queries_to_review_first, what_changed
from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.answers import read_answers
from rlhf_gym.results.disputed import prediction_of

FIRST, SECOND, TIE = list(Preference)[:3]


def test_answers_that_the_reward_model_contradicts_come_first_the_most_disputed_at_the_top(
    tmp_path: Path,
) -> None:
    a_run(tmp_path / "made", video_seconds=0.0)
    shutil.copytree(tmp_path / "made", tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    with FeedbackStore.open(run.store) as store:
        for judgement in store.judgements():
            store.record(Judgement(judgement.query, FIRST, "ada"))
            store.record(Judgement(judgement.query, SECOND, "bob"))
    predict = prediction_of(run)
    assert predict is not None
    answers = [
        a for a in read_answers(run.store, predict).answers if a.judgement.annotator == "ada"
    ]
    contradicted = [(a.predicted or 0.0, a.judgement.query) for a in answers if a.contradicted]
    assert queries_to_review_first(run, "ada") == [query for _, query in sorted(contradicted)]
    both = {*queries_to_review_first(run, "ada"), *queries_to_review_first(run, "bob")}
    assert both == {answer.judgement.query for answer in answers}


def test_only_own_answers_are_counted_as_changed(tmp_path: Path) -> None:
    write_answers(tmp_path, [FIRST, SECOND, TIE], seconds=3.0)
    run = RunFolder(tmp_path)
    before = answers_of(run, "ada")
    assert before == {1: FIRST, 2: SECOND, 3: TIE}
    with FeedbackStore.open(run.store) as store:
        store.record(Judgement(1, FIRST, "ada"))
        store.record(Judgement(2, FIRST, "bob"))
    assert what_changed(run, "ada", before).startswith("none of 3 answers changed")
    with FeedbackStore.open(run.store) as store:
        store.record(Judgement(3, FIRST, "ada"))
        store.publish(Progress(1000, 1000, 3, 3, state="done"))
    said = what_changed(run, "ada", before)
    assert said.startswith("1 of 3 answers changed")
    assert f"trained further: rlhf-gym train --resume {tmp_path} --steps 2000" in said


def test_who_has_given_no_answer_is_told_whose_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_answers(tmp_path, [FIRST, TIE])
    assert main(["label", str(tmp_path), "--review", "--annotator", "bob"]) == 1
    assert "bob has given no answers" in (text := capsys.readouterr().err)
    assert "those in it are by ada: say --annotator NAME" in text
