"""What is said of a run that has no checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlhf_gym.basics.program import program
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore, Progress
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.training.checkpoint_files import latest_checkpoint


def a_run(folder: Path, progress: Progress, *, command: bool = True) -> RunFolder:
    run = RunFolder(folder / "run")
    run.path.mkdir()
    if command:
        run.config.touch()
    with FeedbackStore.create(run.store, environment=EnvironmentRecord("CartPole-v1")) as store:
        store.publish(progress)
    return run


def said(run: RunFolder) -> str:
    with pytest.raises(FileNotFoundError, match="holds no checkpoint yet") as raised:
        latest_checkpoint(run.checkpoint)
    assert "start it again" not in str(raised.value)
    return str(raised.value)


def test_a_run_that_waits_for_its_first_labels_says_so(tmp_path: Path) -> None:
    run = a_run(tmp_path, Progress(2_000, 100_000, 0, 100, state="first labels", awaited=25))
    with run.held():
        told = said(run)
    assert "it waits for its first 25 labels, of which 0 are given" in told
    assert f"label {run.path}" in told


def test_a_run_that_trains_has_its_first_checkpoint_soon(tmp_path: Path) -> None:
    run = a_run(tmp_path, Progress(4_000, 100_000, 25, 100, state="training"))
    assert "it trains, and the first one comes by itself" in said(run)  # a script holds no lock


def test_a_stopped_or_dead_run_goes_on_with_all_answers(tmp_path: Path) -> None:
    run = a_run(tmp_path, Progress(2_000, 100_000, 3, 100, state="first labels", awaited=25))
    with run.held():
        pass  # a process that has died left the lock's file
    assert (
        f"it stopped before the first one; go on with `{program()} train --resume {run.path}`: "
        in (said(run))
    )
    assert said(run).endswith("all answers are kept")


def test_a_run_that_failed_says_why_and_a_script_how_to_go_on(tmp_path: Path) -> None:
    run = a_run(
        tmp_path,
        Progress(2_000, 100_000, 3, 100, state="stopped", error="no disk"),
        command=False,
    )
    assert "training failed (no disk); go on with HumanFeedback(run=FOLDER, resume=True)" in (
        said(run)
    )
