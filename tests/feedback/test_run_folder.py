"""Run folders: made, refused, and read back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.config import read_settings, write_settings


@dataclass(frozen=True)
class Fit:
    hidden: tuple[int, ...] = (64, 64)


@dataclass(frozen=True)
class Settings:
    env_id: str
    labels: int = 200
    beta: float = float("inf")
    run: Path | None = None
    answer: Preference = Preference.TIE
    fit: Fit = field(default_factory=Fit)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.create()
    return run


def test_a_new_name_holds_environment_and_algorithm(tmp_path: Path) -> None:
    run = RunFolder.new("rlhf/CartPole-v1", "ppo", tmp_path)
    assert run.path.name.startswith("rlhf-CartPole-v1-ppo-2")
    other = RunFolder.new("ale_py:ALE/Pong-v5", "sb3_contrib:TQC", tmp_path)
    assert other.path.name.startswith("ale_py-ALE-Pong-v5-sb3_contrib-TQC-2")  # a name for any disk
    run.create()
    assert RunFolder.new("rlhf/CartPole-v1", "ppo", tmp_path).path != run.path


@pytest.mark.parametrize(
    "settings",
    [
        Settings("CartPole-v1"),
        Settings("Pendulum-v1", 5, 1.5, Path("a b"), Preference.FIRST, Fit((3,))),
    ],
)
def test_settings_come_back_as_they_were_written(run: RunFolder, settings: Settings) -> None:
    write_settings(run, settings)
    assert read_settings(run, Settings) == settings


def test_command_and_versions_are_noted(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/rlhf-gym", "train", "a b"])
    write_settings(run, Settings("CartPole-v1"))
    assert run.command.read_text() == "rlhf-gym train 'a b'\n"
    assert json.loads(run.versions.read_text())["gymnasium"].startswith("1.")


def test_a_folder_with_files_is_not_used_for_another_run(run: RunFolder) -> None:
    (run.path / "notes.txt").touch()
    with pytest.raises(FileExistsError, match="--resume"):
        run.create()


def test_a_new_folder_can_be_removed_by_all_that_made_it(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "new")
    for _ in range(2):  # the window's side, and the trainer's
        run.create()
    for _ in range(2):
        run.undo_create()
    assert not run.path.exists()


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no run folder"):
        RunFolder.open(tmp_path / "none")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no run"):
        RunFolder.open(tmp_path)


def test_a_run_of_another_environment_is_refused(run: RunFolder) -> None:
    write_settings(run, Settings("CartPole-v1"))
    assert RunFolder.open(run.path, "CartPole-v1") == run
    with pytest.raises(ValueError, match="is about CartPole-v1, but Pendulum-v1"):
        RunFolder.open(run.path, "Pendulum-v1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('env_id = "A"\ncolour = 1\n', "unknown key 'colour'.*known are env_id, labels"),
        ("labels = 1\n", "env_id"),
        ("labels =\n", "not valid TOML"),
        ("", "is missing"),
    ],
)
def test_settings_that_do_not_fit_are_named(run: RunFolder, text: str, message: str) -> None:
    if text:
        run.config.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_settings(run, Settings)


def test_rounds_are_read_back_in_order(run: RunFolder) -> None:
    assert run.read_rounds() == []
    run.append_round({"round": 0})
    run.append_round({"round": 1})
    assert run.read_rounds() == [{"round": 0}, {"round": 1}]


def test_a_half_written_round_hurts_no_other(run: RunFolder) -> None:
    run.append_round({"round": 0})
    with run.rounds.open("a") as file:
        file.write('{"round": 1, "lab')
    assert run.read_rounds() == [{"round": 0}]
    run.append_round({"round": 2})
    assert run.read_rounds() == [{"round": 0}, {"round": 2}]
