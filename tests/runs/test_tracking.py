"""Runs that Weights & Biases and trackio follow, both as they are installed."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from programs import Program, completed

from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.train import train

PROGRAM = ["-m", "rlhf_gym.cli.main", "train", "--no-progress", "--video-seconds", "0"]
SMALL = ["Pendulum-v1", "--labels", "4", "--n-envs", "4", "--evaluation-episodes", "1"]
BOTH = ["--track", "wandb", "--track", "trackio"]

READ = """
import json
from trackio.sqlite_storage import SQLiteStorage
(run,) = SQLiteStorage.get_runs("rlhf-gym")
config = SQLiteStorage.get_run_config("rlhf-gym", run)
print(json.dumps([run, config["env_id"], SQLiteStorage.get_logs("rlhf-gym", run)]))
"""

BREAK = """
import gymnasium as gym, sys, trackio.context_vars, wandb
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.train import train

class Breaks(gym.Wrapper):
    steps = 0
    def step(self, action):
        Breaks.steps += 1
        if Breaks.steps == 3000:
            raise RuntimeError("broken")
        return self.env.step(action)

gym.register("Breaks-v0", lambda **kwargs: Breaks(gym.make("Pendulum-v1", **kwargs)),
             max_episode_steps=200)
settings = TrainSettings("Breaks-v0", labels=4, steps=10_000, n_envs=4, evaluation_episodes=1,
                         track=("wandb", "trackio"), agent={"n_steps": 32}, device="cpu")
try:
    train(settings, sys.argv[1], progress=False, video_seconds=0)
except RuntimeError as error:
    assert str(error) == "broken"
    assert wandb.run is None and trackio.context_vars.current_run.get() is None
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Of a process whose trackers keep to ``tmp_path`` and find no key."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    home = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "netrc")}
    return {**own, **home, "WANDB_MODE": "offline", "TRACKIO_DIR": str(tmp_path / "trackio")}


def stored(environ: dict[str, str]) -> tuple[str, str, list[dict[str, Any]]]:
    """The only run that trackio has: its name, its environment, and its rows."""
    shown = completed("-c", READ, env=environ)
    assert shown.returncode == 0, shown.stderr
    name, env_id, rows = json.loads(shown.stdout)
    return name, env_id, rows


def in_wandb(run: Path) -> list[tuple[str, bytes]]:
    """Id and content of what Weights & Biases stored, one pair a process."""
    files = sorted((run / "wandb").glob("offline-run-*/*.wandb"))
    return [(path.stem, path.read_bytes()) for path in files]


@pytest.mark.slow
def test_an_interrupted_run_goes_on_in_the_same_tracked_run(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    run = tmp_path / "teach"
    command = [*PROGRAM, *SMALL, *BOTH, "--steps", "4000", "--run", str(run)]
    with Program(*command, env=environ, new_session=True, merged=True) as process:
        for _ in range(1200):
            if (run / "progress.csv").exists() and (run / "progress.csv").stat().st_size:
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        shown, _ = process.communicate()
    assert process.returncode == 0 and "stopped with everything saved" in shown, shown
    (before,) = in_wandb(run)
    name, env_id, rows = stored(environ)
    assert (name, env_id) == ("teach", "Pendulum-v1") and rows[-1]["step"] < 4000
    assert all(word in before[1] for word in (b"rlhf-gym", b"Pendulum-v1", b"feedback/labels"))

    resumed = [*PROGRAM, "--resume", str(run), "--json"]
    done = completed(*resumed, env=environ)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run"] == str(run)  # the trackers talk elsewhere
    assert [id for id, _ in in_wandb(run)] == [before[0]] * 2
    name, _, rows_now = stored(environ)
    assert name == "teach" and rows_now[: len(rows)] == rows
    assert rows_now[-1]["step"] >= 4000 and rows_now[-1]["feedback/labels"] == 4


def test_trackers_are_told_of_the_end_when_training_breaks(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    done = completed("-c", BREAK, str(tmp_path / "run"), env=environ)
    assert done.returncode == 0, done.stderr
    assert stored(environ)[2] and len(in_wandb(tmp_path / "run")) == 1


def test_weights_and_biases_without_a_key_is_refused_at_once(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    online = {**environ, "WANDB_MODE": "online"}
    command = [*PROGRAM, *SMALL, "--track", "wandb", "--run", str(tmp_path / "run")]
    done = completed(*command, env=online)
    assert done.returncode == 1 and not (tmp_path / "run").exists()
    assert "`wandb login`, or set WANDB_MODE=offline" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_a_tracker_that_is_not_installed_is_refused(
    name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    settings = TrainSettings("Pendulum-v1", track=(name,))
    with pytest.raises(ValueError, match=f"{name} is not installed: pip install .*\\[tracking"):
        train(settings, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_unknown_tracker_is_refused() -> None:
    with pytest.raises(ValueError, match="track must be one of wandb, trackio each, but is"):
        TrainSettings("Pendulum-v1", track=("mlflow",))  # type: ignore[arg-type]
