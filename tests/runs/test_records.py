import json
import math
from pathlib import Path

import numpy as np
import pytest
from run_folders import full_run, unfinished_run, write_settings

from rlhf_gym.runs.records import (
    SECONDS,
    STEPS,
    Evaluation,
    LearningCurve,
    read_curve,
    read_evaluation,
    read_run,
)


def test_a_full_run_is_read_whole(tmp_path: Path) -> None:
    run = read_run(full_run(tmp_path))
    assert run.config["env_id"] == "Pendulum-v1"
    assert run.command.startswith("rlhf-gym train")
    assert run.versions["torch"] == "2.13.0"
    assert [entry.round for entry in run.rounds] == list(range(9))
    assert run.rounds[-1].seconds["fit"] == 0.42
    assert run.evaluation.after[0] == -180
    assert run.curve.last(STEPS) == 50_000
    assert run.unreadable == ()


def test_an_empty_folder_gives_an_empty_run(tmp_path: Path) -> None:
    run = read_run(tmp_path)
    assert (run.config, run.rounds, run.evaluation, run.command) == ({}, (), Evaluation(), "")


def test_a_folder_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run folder at"):
        read_run(tmp_path / "nowhere")


def test_a_half_written_round_is_left_out(tmp_path: Path) -> None:
    assert [entry.round for entry in read_run(unfinished_run(tmp_path)).rounds] == [0, 1]


def test_a_damaged_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write_settings(tmp_path)
    (tmp_path / "config.toml").write_text("steps = = 3")
    run = read_run(tmp_path)
    assert "config.toml could not be read" in run.unreadable[0]
    assert run.versions["torch"] == "2.13.0"


def test_a_round_without_measurements_has_none_of_them(tmp_path: Path) -> None:
    line = {"round": 0, "agent_step": 8, "labels": 0, "asked": 2, "accuracy": float("nan")}
    (tmp_path / "rounds.jsonl").write_text(json.dumps(line))
    (entry,) = read_run(tmp_path).rounds
    assert math.isnan(entry.accuracy) and math.isnan(entry.correlation)
    assert entry.calibration == ()


def test_a_resumed_run_replaces_the_rows_that_were_done_over(tmp_path: Path) -> None:
    (tmp_path / "progress.csv").write_text(f"{STEPS},a\n10,1\n20,2\n30,3\n")
    (tmp_path / "progress.2.csv").write_text(f"{STEPS},b\n20,7\n30,8\n")
    curve = read_curve(tmp_path)
    np.testing.assert_array_equal(curve.columns[STEPS], [10, 20, 30])
    np.testing.assert_array_equal(curve.columns["a"], [1, np.nan, np.nan])
    np.testing.assert_array_equal(curve.columns["b"], [np.nan, 7, 8])


def test_the_time_of_a_resumed_run_is_that_of_all_its_parts(tmp_path: Path) -> None:
    (tmp_path / "progress.csv").write_text(f"{STEPS},{SECONDS}\n10,5\n20,9\n")
    (tmp_path / "progress.2.csv").write_text(f"{STEPS},{SECONDS}\n20,4\n30,7\n")
    assert read_curve(tmp_path).columns[SECONDS].tolist() == [5, 5 + 4, 5 + 7]


def test_the_time_of_the_agent_is_there_after_a_stop_in_a_long_wait(tmp_path: Path) -> None:
    assert read_run(tmp_path).agent_seconds is None
    rounds = [  # stopped after 350 s, before any row; resumed for 60 s
        {"round": 0, "agent_step": 0, "labels": 30, "asked": 30, "seconds": {"ask": 345}},
        {
            "round": 1,
            "agent_step": 5,
            "labels": 60,
            "asked": 60,
            "seconds": {"ask": 355, "fit": 11},
        },
    ]
    (tmp_path / "rounds.jsonl").write_text("\n".join(map(json.dumps, rounds)))
    (tmp_path / "progress.csv").write_text(f"{STEPS},{SECONDS},time/earlier_seconds\n9,60,350\n")
    run = read_run(tmp_path)
    assert run.curve.last(SECONDS) == 350 + 60
    assert run.agent_seconds == 350 + 60 - 355 - 11
    (tmp_path / "progress.csv").write_text(f"{STEPS},{SECONDS},time/earlier_seconds\n9,10,350\n")
    assert read_run(tmp_path).agent_seconds == 350 + 10 - 345, "the row is older than round 1"


def test_parts_are_joined_by_number_not_by_name(tmp_path: Path) -> None:
    (tmp_path / "progress.csv").write_text(f"{STEPS}\n1\n")
    for part in (2, 10):
        (tmp_path / f"progress.{part}.csv").write_text(f"{STEPS}\n{part}\n")
    assert read_curve(tmp_path).columns[STEPS].tolist() == [1, 2, 10]


def test_an_unknown_column_has_no_points_and_no_last_value() -> None:
    assert len(LearningCurve().series("a", "b")[0]) == 0
    assert LearningCurve().last("a") is None


def test_the_mean_and_its_standard_error_are_those_worked_out_by_hand() -> None:
    evaluation = Evaluation(after=(1.0, 2.0, 6.0))
    assert evaluation.mean == 3.0
    assert evaluation.standard_error == pytest.approx(math.sqrt(7 / 3))  # variance 7, of 3
    assert math.isnan(Evaluation(after=(1.0,)).standard_error)


def test_an_evaluation_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    assert read_evaluation(path) == Evaluation(after=())
    path.write_text('{"before": [0.5], "after": [1.0]}')  # version 0.1.0
    assert read_evaluation(path).actions == "most likely"
    assert read_evaluation(path).comparable_before == ()
    evaluation = Evaluation(after=(1.0, 2.5), before=(0.5,), steps=600)
    assert evaluation.comparable_before == (0.5,)
    evaluation.write(path)
    assert read_evaluation(path) == evaluation
