import json
import math
from pathlib import Path

import pytest
from run_folders import full_run, persons_run, unfinished_run

from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.results.run_folders import comparison_of_runs, rows_of_runs


def made(folder: Path, **settings: object) -> Path:
    """A finished run of a simulated teacher, with some settings changed."""
    folder.mkdir(parents=True)
    run = full_run(folder)
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    config = (run / "config.toml").read_text()
    (run / "config.toml").write_text("\n".join([*lines, config]))
    return run


def test_a_row_holds_what_the_folder_tells(tmp_path: Path) -> None:
    (row,) = rows_of_runs([made(tmp_path / "run")])
    assert (row.env_id, row.algo, row.arm, row.labels, row.seed) == (
        "Pendulum-v1",
        "ppo",
        "learned",
        50,
        1,
    )
    assert row.returns == (-180.0, -260.0, -131.0, -240.0)
    assert (row.steps, row.labels_given, row.human_seconds) == (50_000, 50, 0.0)
    assert row.seconds == pytest.approx(1.4 * 24)
    assert row.accuracy == pytest.approx(0.92, abs=0.01)
    assert math.isfinite(row.cross_entropy) and math.isfinite(row.correlation)
    assert row.versions["torch"] == "2.13.0"
    assert row.settings["reward_model"]["members"] == 3


def test_a_run_began_at_the_return_of_its_untrained_agent_if_that_was_measured_alike(
    tmp_path: Path,
) -> None:
    run = made(tmp_path / "run")
    row = rows_of_runs([run])[0]
    found = comparison_of_runs([row])
    assert found.starts == {row.curve: pytest.approx((-1210 - 1333 - 1179) / 3)}
    assert found.ways == {"Pendulum-v1": "4 episodes, actions sampled"}
    other = {"before": [-1210.0], "after": [-200.0], "actions": "most likely"}
    (run / "evaluation.json").write_text(json.dumps(other))
    assert comparison_of_runs([row]).starts == {}


def test_a_run_without_evaluation_is_left_out_with_a_word(tmp_path: Path) -> None:
    whole, part = made(tmp_path / "whole"), made(tmp_path / "part")
    (part / "evaluation.json").unlink()
    with pytest.warns(UserWarning, match=f"^left out: the run {part} has no evaluation yet; let"):
        (row,) = rows_of_runs([part, whole])
    assert row.curve == str(whole)


def test_a_run_that_failed_is_counted_as_failed(tmp_path: Path) -> None:
    whole, failed = made(tmp_path / "whole"), made(tmp_path / "failed")
    (failed / "evaluation.json").unlink()
    with FeedbackStore.open(failed / "feedback.db") as store:
        store.publish(Progress(512, 2_000, 9, 50, None, None, "stopped", error="no more lakes"))
    rows = rows_of_runs([failed, whole])
    assert [(row.curve, row.status, row.error) for row in rows] == [
        (str(whole), "done", ""),
        (str(failed), "failed", "no more lakes"),
    ]
    found = comparison_of_runs(rows)
    assert [row.error for row in found.failed] == ["no more lakes"]
    assert list(found.ways.values()) == ["4 episodes, actions sampled"]


def test_a_person_at_the_window_has_an_arm_and_their_seconds_count(tmp_path: Path) -> None:
    run = persons_run(tmp_path)
    (run / "evaluation.json").write_text(json.dumps({"before": [], "after": [-200.0]}))
    (row,) = rows_of_runs([run])
    assert row.arm == "window"
    assert 80 < row.human_seconds < 1000


@pytest.mark.parametrize(
    ("settings", "arm"),
    [
        ({"mistake": 0.1}, "mistake"),
        ({"gamma": 0.9}, "myopic"),
        ({"beta": 1.0}, "stochastic"),
        ({"skip": 0.2, "equal": 0.1}, "skip equal"),
        ({"gamma": 1.0, "mistake": 0.0}, "learned"),
    ],
)
def test_a_teacher_with_faults_is_named_as_in_b_pref(
    settings: dict[str, float], arm: str, tmp_path: Path
) -> None:
    (row,) = rows_of_runs([made(tmp_path / "run", **settings)])
    assert row.arm == arm


def test_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no evaluation yet; let it end"):
        rows_of_runs([unfinished_run(tmp_path)])


def test_runs_that_were_evaluated_in_different_ways_are_refused(tmp_path: Path) -> None:
    new, old = made(tmp_path / "new"), made(tmp_path / "old", seed_of_old=2)
    (old / "evaluation.json").write_text(json.dumps({"after": [-180.0] * 4}))  # version 0.1.0
    with pytest.raises(ValueError, match="evaluated in different ways.*most likely actions"):
        rows_of_runs([new, old])


def test_a_broken_configuration_is_refused(tmp_path: Path) -> None:
    run = made(tmp_path / "run")
    (run / "config.toml").write_text("env_id = ")
    with pytest.raises(ValueError, match=r"cannot be compared: config.toml could not be read"):
        rows_of_runs([run])
