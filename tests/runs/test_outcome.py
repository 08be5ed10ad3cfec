"""What came of a training, as the window is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import full_run, unfinished_run

from rlhf_gym.feedback.outcome import Outcome, read_outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.outcome import OutcomeFile, outcome_of, refresh_outcome


def test_an_outcome_is_the_reports_verdict_and_what_was_measured_alike(tmp_path: Path) -> None:
    full_run(tmp_path)
    outcome = outcome_of(tmp_path)
    assert outcome.verdict.endswith("its true return rose from −1,241 to −203.")
    assert outcome.change == "better" and outcome.way == "4 episodes, actions sampled"
    assert (outcome.before, outcome.after) == pytest.approx((-1240.667, -202.75), abs=0.01)


def test_a_fall_and_a_change_within_chance_are_told_as_such(tmp_path: Path) -> None:
    full_run(tmp_path)
    for after, change in (([-1500.0, -1490.0], "worse"), ([-1230.0, -1250.0], "same")):
        evaluation = {"before": [-1240.0], "after": after, "actions": "sampled"}
        (tmp_path / "evaluation.json").write_text(json.dumps(evaluation))
        assert outcome_of(tmp_path).change == change


def test_returns_that_were_measured_in_two_ways_are_not_compared(tmp_path: Path) -> None:
    full_run(tmp_path)
    evaluation = {"before": [-1240.0], "after": [-200.0], "actions": "most likely"}
    (tmp_path / "evaluation.json").write_text(json.dumps(evaluation))
    outcome = outcome_of(tmp_path)
    assert (outcome.change, outcome.before, outcome.after) == ("unknown", None, -200.0)


def test_a_run_without_evaluation_has_no_numbers(tmp_path: Path) -> None:
    unfinished_run(tmp_path)
    assert (outcome_of(tmp_path).before, outcome_of(tmp_path).after) == (None, None)


def test_each_stage_is_in_the_run_folder_as_soon_as_it_begins(tmp_path: Path) -> None:
    full_run(tmp_path)
    folder = RunFolder(tmp_path)
    told = OutcomeFile(folder)
    told.filming()
    assert read_outcome(folder.outcome) == Outcome("filming")
    told.not_filmed("the environment draws no pictures")
    told.evaluating(0, 20)
    assert read_outcome(folder.outcome) == Outcome(
        "evaluating", (0, 20), no_film="the environment draws no pictures"
    )
    told.done()
    done = read_outcome(folder.outcome)
    assert done is not None and (done.stage, done.change) == ("done", "better")
    assert done.no_film == "the environment draws no pictures"


def test_an_outcome_that_cannot_be_written_ends_no_training(tmp_path: Path) -> None:
    OutcomeFile(RunFolder(tmp_path / "nowhere")).filming()


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"stage": "dancing"}', '{"after": "high"}', '{"episodes": 3}']
)
def test_a_file_that_holds_no_outcome_gives_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "outcome.json").write_text(text)
    assert read_outcome(tmp_path / "outcome.json") is None


def test_what_came_of_an_older_run_is_written_when_it_is_looked_at(tmp_path: Path) -> None:
    folder = RunFolder(full_run(tmp_path))
    refresh_outcome(folder)
    assert read_outcome(folder.outcome) == outcome_of(tmp_path)
    (tmp_path / "evaluation.json").write_text('{"before": [-1240.0], "after": [-1239.0]}')
    refresh_outcome(folder)
    outcome = read_outcome(folder.outcome)
    assert outcome is not None and outcome.after == -1239.0


def test_while_a_process_works_on_a_run_nobody_else_writes_what_comes_of_it(tmp_path: Path) -> None:
    folder = RunFolder(full_run(tmp_path))
    with folder.held():
        refresh_outcome(folder)
    assert not folder.outcome.exists()


def test_an_agent_that_learned_nothing_stays_so(tmp_path: Path) -> None:
    folder = RunFolder(full_run(tmp_path))
    folder.evaluation.write_text('{"before": [-1240.0]}')
    Outcome(change="untrained", verdict="10 steps are not enough").write(folder.outcome)
    refresh_outcome(folder)
    outcome = read_outcome(folder.outcome)
    assert outcome is not None and outcome.change == "untrained"
