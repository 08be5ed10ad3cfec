"""Runs that go on: stopped, killed, locked or finished ones."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import torch
from builders import SMALL_RUN, a_run
from programs import Program

from rlhf_gym import FeedbackStore
from rlhf_gym.cli.main import main
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.config import write_settings
from rlhf_gym.runs.records import read_evaluation
from rlhf_gym.runs.settings import fill_in
from rlhf_gym.runs.train import load, resume

Capture = pytest.CaptureFixture[str]


def test_resuming_a_finished_run_only_evaluates_it(run: Path) -> None:
    checkpoint = (run / "checkpoint" / "counters.json").stat().st_mtime_ns
    told: list[str] = []
    resume(run, progress=False, video_seconds=0.2, log=told.append)
    assert "the run is finished" in told[0] and "--steps" in told[0]
    assert (run / "checkpoint" / "counters.json").stat().st_mtime_ns == checkpoint
    assert not (run / "progress.2.csv").exists()


def test_a_finished_run_can_be_made_longer(run: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = copy_of(run, tmp_path / "run")
    arguments = ["train", "--resume", str(folder.path), "--no-progress"]
    arguments += ["--video-seconds", "0", "--steps"]
    assert main([*arguments, "900"]) == 0
    agent, _, settings = load(folder.path)
    assert settings.steps == 900 and agent.num_timesteps >= 900
    assert main([*arguments, "800"]) == 1
    assert "takes 900 steps: it can be made longer, not 800" in capsys.readouterr().err


def test_other_settings_are_no_part_of_resuming(run: Path, capsys: Capture) -> None:
    assert main(["train", "--resume", str(run), "--seed", "9"]) == 1
    assert "only --steps and --labels can be combined" in capsys.readouterr().err


def test_a_run_that_is_made_longer_can_ask_for_more_labels(
    run: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = copy_of(run, tmp_path / "run")
    arguments = ["train", "--resume", str(folder.path), "--no-progress", "--video-seconds", "0"]
    assert main([*arguments, "--labels", "3"]) == 1
    assert "asks for 4 labels: it can ask for more, not for 3" in capsys.readouterr().err
    assert main([*arguments, "--labels", "7"]) == 1
    assert "add --steps, too" in capsys.readouterr().err
    assert main([*arguments, "--labels", "7", "--steps", "1400"]) == 0
    _, feedback, settings = load(folder.path)
    assert settings.labels == 7
    with FeedbackStore.open(folder.store) as store:
        assert store.counts().labels == 7


def copy_of(run: Path, folder: Path) -> RunFolder:
    shutil.copytree(run, folder)
    return RunFolder(folder)


def spoil(run: RunFolder, how: str) -> None:
    """Damage a run folder in one of several ways."""
    if how == "corrupt":
        run.store.write_bytes(b"no database at all " * 300)
        for name in ("feedback.db-wal", "feedback.db-shm"):  # or SQLite mends it from its log
            (run.path / name).unlink(missing_ok=True)
    elif how == "missing":
        run.store.unlink()
    elif how == "schema":
        with sqlite3.connect(run.store) as connection:
            table = connection.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE '%schema%' AND type = 'table' "
                "AND name NOT LIKE 'sqlite%'"
            ).fetchone()[0]
            connection.execute(f"UPDATE {table} SET version = 999")
        connection.close()
    elif how == "environment":
        text = run.config.read_text().replace("Pendulum-v1", "CartPole-v1")
        run.config.write_text(text.replace("600", "6000"))
    elif how == "settings":
        run.config.write_text("labels = [")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("corrupt", "is not a feedback store"),
        ("missing", "there is no feedback store"),
        ("schema", "schema version 999"),
        ("environment", "is about Pendulum-v1"),
        ("settings", "is not valid TOML"),
    ],
)
def test_a_run_that_cannot_be_resumed_says_why(
    how: str, message: str, run: Path, tmp_path: Path, capsys: Capture
) -> None:
    spoil(copy_of(run, tmp_path / "run"), how)
    assert main(["train", "--resume", str(tmp_path / "run"), "--no-progress"]) == 1
    shown = capsys.readouterr().err
    assert message in shown and "Traceback" not in shown


def test_a_locked_store_is_named_and_the_run_goes_on_when_it_is_free(
    run: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = copy_of(run, tmp_path / "run")
    folder.config.write_text(folder.config.read_text().replace("steps = 600", "steps = 900"))
    arguments = ["train", "--resume", str(folder.path), "--no-progress", "--video-seconds", "0"]
    with closing(sqlite3.connect(folder.store, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert main(arguments) == 1
    shown = capsys.readouterr().err
    assert "another program holds" in shown and "close it" in shown and "Traceback" not in shown
    assert main(arguments) == 0
    with FeedbackStore.open(folder.store) as store:
        assert store.counts().answered == 4


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("again", ["resumed", "started again"])
def test_a_run_that_was_killed_before_it_had_a_store_can_be(again: str, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create()
    write_settings(folder, fill_in(SMALL_RUN))
    (folder.path / ".feedback.db.4194999").touch()
    if again == "resumed":
        resume(folder.path, progress=False, video_seconds=0, log=lambda line: None)
    else:
        a_run(folder.path)
    found = read_evaluation(folder.evaluation)
    assert found.before and found.after
    with FeedbackStore.open(folder.store) as store:
        assert store.counts().answered == 4


def test_two_processes_cannot_train_on_one_run(run: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from rlhf_gym.feedback.run_folder import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).held(): print('held', flush=True); time.sleep(60)"
    )
    with Program("-c", program, str(run)) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ValueError, match="another process trains on"):
            resume(run, progress=False)
    resume(run, progress=False, video_seconds=0.2, log=lambda line: None)


def test_resuming_nothing_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert main(["train", "--resume", str(tmp_path / "none")]) == 1
    assert "there is no run folder" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("request_to_stop", "flags"),
    [
        (signal.SIGINT, ()),
        (signal.SIGINT, ("--subprocesses",)),
        (signal.SIGTERM, ()),
        (signal.SIGHUP, ("--subprocesses",)),
    ],
)
def test_ctrl_c_stops_the_program_cleanly_and_it_goes_on(
    request_to_stop: signal.Signals, flags: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    run = tmp_path / "run"
    given = ["Pendulum-v1", "--labels", "8", "--steps", "3000", "--n-envs", "2"]
    given += ["--set", "n_steps=256"]
    given += ["--evaluation-episodes", "1", "--device", "cpu", "--run", str(run), *flags]
    given += ["--video-seconds", "0"]
    command = ["-m", "rlhf_gym.cli.main", "train", *given, "--no-progress"]
    with Program(*command, new_session=True, merged=True) as process:
        for _ in range(1200):
            if (run / "progress.csv").exists() and (run / "progress.csv").stat().st_size:
                break
            time.sleep(0.05)
        os.killpg(process.pid, request_to_stop)  # as a terminal does, and the system
        shown, _ = process.communicate()
        told = [line for line in shown.splitlines() if not line.startswith("making ")]
        assert "run folder" in told[0]  # making the environments is told where it takes long
        assert process.returncode == 0, shown
    assert "stopped with everything saved" in shown and "Traceback" not in shown
    assert main(["train", "--resume", str(run), "--video-seconds", "0", "--json"]) == 0
    assert not multiprocessing.active_children()
    assert len(json.loads(capsys.readouterr().out)["after"]) == 1
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.counts().answered == 8
