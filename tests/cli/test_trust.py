"""A run folder from a stranger, with a trap in all that it holds: nothing of it is run or left."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from builders import a_run
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback
from rlhf_gym.basics.processes import code_command, module_command
from rlhf_gym.cli.main import main
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.answers import read_answers
from rlhf_gym.runs.config import read_settings
from rlhf_gym.runs.parts import make_training_env, wrap_with_normalisation
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.train import evaluate, load, resume
from rlhf_gym.training.checkpoint_files import read_counters, write_counters

TRAP = "from pathlib import Path; Path({path!r}).touch(); raise SystemExit(3)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that this account made."""
    folder = tmp_path_factory.mktemp("runs") / "pendulum"
    a_run(folder)
    return folder


class Bomb:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return exec, (TRAP.format(path=str(self.path)),)


@pytest.fixture
def sprung(tmp_path: Path) -> Path:
    """The file that any trap leaves."""
    return tmp_path / "sprung"


@pytest.fixture
def strange(made: Path, tmp_path: Path, sprung: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the run with traps in agent, settings, store and working directory."""
    folder = tmp_path / "strange"
    shutil.copytree(made, folder)
    here = tmp_path / "here"
    here.mkdir()
    for module in ("a_trap", "numpy", "pygame", "torch", "av"):
        (here / f"{module}.py").write_text(TRAP.format(path=str(sprung)))
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", [*sys.path, str(here)])  # so that a_trap could be imported
    config = (folder / "config.toml").read_text()
    config = config.replace('algo = "ppo"', 'algo = "a_trap:Algo"')
    config = config.replace('env_id = "Pendulum-v1"', 'env_id = "a_trap:Env-v0"')
    (folder / "config.toml").write_text(config)
    buffer = io.BytesIO(pickle.dumps(Bomb(sprung)))
    with zipfile.ZipFile(folder / "checkpoint" / "agent.zip", "w") as archive:
        archive.writestr("policy.pth", buffer.getvalue())
        archive.writestr("pytorch_variables.pth", buffer.getvalue())
        data = {":type:": "Bomb", ":serialized:": pickle_text(Bomb(sprung))}
        archive.writestr("data", json.dumps({"policy_class": data}))
    counters = read_counters(folder / "checkpoint")
    (folder / "checkpoint" / "counters.json").unlink()
    write_counters(folder / "checkpoint", counters)
    spec = json.dumps({"id": "Env-v0", "entry_point": "a_trap:Env", "kwargs": {}})
    with closing(sqlite3.connect(folder / "feedback.db")) as connection:
        connection.execute("UPDATE environment SET env_id = 'Env-v0', spec_json = ?", (spec,))
        connection.commit()
    return folder


def pickle_text(value: object) -> str:
    import base64

    return base64.b64encode(pickle.dumps(value)).decode()


def test_reading_a_strange_run_runs_nothing_of_it(
    strange: Path, sprung: Path, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(strange)}
    assert main(["report", str(strange)]) == 0
    assert main(["compare", str(strange), "--out", str(strange / "comparison.html")]) == 0
    main(["doctor", str(strange)])
    assert not sprung.exists()
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(strange)} == before


@pytest.mark.parametrize("command", [["watch"], ["evaluate"], ["train", "--resume"]])
def test_running_a_strange_run_needs_the_word_of_the_person(
    command: list[str], strange: Path, sprung: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(strange)]) == 1
    assert "If you trust whoever made it, add --trust" in capsys.readouterr().err
    assert not sprung.exists()


def test_the_trap_works(strange: Path, sprung: Path) -> None:
    with pytest.raises(SystemExit):
        load(strange, trust=True)
    assert sprung.exists()


@pytest.mark.parametrize("use", [load, resume, partial(evaluate, episodes=1)])
def test_in_python_a_strange_run_needs_the_word_of_the_person_too(
    use: Callable[[Path], object], strange: Path, sprung: Path
) -> None:
    with pytest.raises(ValueError, match="was not written by this account.*pass trust=True"):
        use(strange)
    assert not sprung.exists()


def test_a_script_restores_its_own_run_and_a_strange_one_with_trust(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))

    def restored(**trust: bool) -> int:
        feedback = HumanFeedback("synthetic", 4, run=copy, resume=True)
        settings = read_settings(RunFolder(copy), TrainSettings)
        env = wrap_with_normalisation(settings, feedback.wrap(make_training_env(settings)))
        try:
            return feedback.restore(PPO, env, device="cpu", **trust).num_timesteps
        finally:
            feedback.store.close()
            env.close()

    steps = restored()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    with pytest.raises(ValueError, match="was not written by this account.*pass trust=True"):
        restored()
    assert restored(trust=True) == restored() == steps > 0


def test_what_this_account_wrote_is_run_and_so_is_its_copy(made: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(made, tmp_path / "copy")
    assert main(["evaluate", str(copy), "--episodes", "1"]) == 0


def test_a_checkpoint_that_a_killed_process_left_unfinished_needs_no_word(
    made: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    (copy / "checkpoint.part").mkdir()
    (copy / "checkpoint.part" / "agent.zip").write_text("half an agent")
    assert main(["evaluate", str(copy), "--episodes", "1"]) == 0


def test_a_run_of_another_account_is_run_once_the_person_has_said_so(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    measure = ["evaluate", str(copy), "--episodes", "1"]
    assert main(measure) == 1
    assert main([*measure, "--trust"]) == 0
    assert main(measure) == 0
    settings = (copy / "config.toml").read_text()
    (copy / "config.toml").write_text(settings.replace("steps = 600", "steps = 900"))
    assert main(measure) == 0  # a number runs no code
    (copy / "config.toml").write_text(settings.replace('algo = "ppo"', 'algo = "a2c"'))
    assert main(measure) == 1


@pytest.mark.parametrize("name", ["feedback.db", "clips", "videos/before.mp4", "report.html"])
def test_a_link_to_outside_of_the_folder_is_refused(
    name: str, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    link = copy / name
    link.parent.mkdir(exist_ok=True)
    if link.exists():
        link.rename(tmp_path / "outside")
    else:
        (tmp_path / "outside").write_text("a secret")
    link.symlink_to(tmp_path / "outside")
    for command in (["report"], ["compare"], ["watch"], ["label"], ["evaluate"]):
        assert main([*command, str(copy)]) == 1
        assert f"{link} is a link to" in capsys.readouterr().err
    assert main(["doctor", str(copy)]) == 1
    assert main(["runs", str(tmp_path)]) == 0
    assert "has links to outside" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["/etc/hosts", "../secret.mp4", "clips/../../secret.mp4"])
def test_a_clip_that_the_store_says_is_outside_of_the_folder_is_not_read(
    path: str, made: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(made, tmp_path / "copy"))
    (tmp_path / "secret.mp4").write_text("a secret")
    with closing(sqlite3.connect(copy / "feedback.db")) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO media SELECT id, ?, 2, 2, 10.0, 1 FROM clip", (path,)
        )
        connection.commit()
    assert read_answers(copy / "feedback.db").answers
    assert read_answers(copy / "feedback.db").media == {}
    with pytest.raises(ValueError, match="outside of the run folder"):
        RunFolder(copy).inside(path)


def test_our_own_processes_import_nothing_from_the_working_directory(
    tmp_path: Path, sprung: Path
) -> None:
    for module in ("rlhf_gym", "runpy", "json"):
        (tmp_path / f"{module}.py").write_text(TRAP.format(path=str(sprung)))
    commands = [code_command("import json"), module_command("json.tool", "--help")]
    for command in commands:
        subprocess.run(command, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
    assert not sprung.exists()
