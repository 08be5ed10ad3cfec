"""The list of runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from run_folders import full_run, unfinished_run, write_settings

from rlhf_gym.cli.main import main
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import Progress

Capture = pytest.CaptureFixture[str]


def test_runs_are_listed_with_state_labels_steps_and_return(
    tmp_path: Path, capsys: Capture
) -> None:
    for i, (name, make) in enumerate([("full", full_run), ("stopped", unfinished_run)]):
        os.utime(make(tmp_path / name) / "config.toml", (i, i))
    write_settings(tmp_path / "new")
    (tmp_path / "notes").mkdir()
    with RunFolder(tmp_path / "stopped").held():
        assert main(["runs", str(tmp_path), "--json"]) == 0
    new, going, done = json.loads(capsys.readouterr().out)
    assert [Path(each["folder"]).name for each in (new, going, done)] == ["new", "stopped", "full"]
    assert (new["state"], new["labels"], new["budget"], new["true_return"]) == (
        "not begun",
        0,
        50,
        "–",
    )
    assert (going["state"], going["steps"], going["planned"]) == ("training", 11_000, 50_000)
    assert (done["state"], done["labels"], done["steps"]) == ("finished", 50, 50_000)
    assert (done["true_return"], done["way"]) == ("-202.8 +- 29.3", "4 episodes, actions sampled")
    assert main(["runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out.split("\n")[2].split("  ")
    assert "stopped" in shown and any("11,000 of 50,000" in each for each in shown)


def test_a_run_that_failed_is_listed_as_failed_with_its_reason(
    tmp_path: Path, capsys: Capture
) -> None:
    run = RunFolder(unfinished_run(tmp_path / "broken"))
    with FeedbackStore.open(run.store) as store:
        store.publish(Progress(11_000, 50_000, 20, 50, state="stopped", error="no space left"))
    assert main(["runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "failed" in shown.splitlines()[1]
    assert shown.endswith(f"\n{run.path} failed: no space left\n")
    with FeedbackStore.open(run.store) as store:
        store.publish(Progress(11_000, 50_000, 20, 50, state="stopped"))
    assert main(["runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "stopped" in shown and "no space left" not in shown


def test_where_there_is_no_run_the_way_to_one_is_told(tmp_path: Path, capsys: Capture) -> None:
    assert main(["runs", str(tmp_path)]) == 0
    assert "start one with: rlhf-gym train" in capsys.readouterr().out
    assert main(["runs", str(tmp_path / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err
