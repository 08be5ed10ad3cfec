"""What cannot be trained is refused in one message, before a folder is made."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import SMALL_RUN

from rlhf_gym.agents import agent_settings
from rlhf_gym.cli.main import main
from rlhf_gym.runs.train import train

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--steps", "10"], "10 steps are too few for one clip in each of 32 environments"),
        (["--steps", "833"], "833 steps are too few for an update that changes the agent"),
        (["--steps", "3000", "--labels", "40"], "3,000 steps are too few for an update"),
    ],
)
def test_a_training_that_can_change_nothing_is_refused_before_a_folder_is_made(
    flags: list[str], why: str, tmp_path: Path, capsys: Capture
) -> None:
    run = tmp_path / "run"
    assert main(["train", "CartPole-v1", *flags, "--run", str(run), "--no-progress"]) == 1
    shown = capsys.readouterr()
    assert why in shown.err and "give at least 5761 steps" in shown.err
    assert shown.out == "" and not run.exists()


BAD_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"env_id": "CartPol-v1"}, "did you mean CartPole-v1"),
    ({"env_id": "CartPole"}, "did you mean CartPole-v1"),
    ({"env_id": "ALE/Pang-v5"}, "did you mean ALE/Pong-v5"),
    ({"device": "gpu"}, "device must be auto, cpu, cuda"),
    ({"set": "policy=CnnPolicy"}, "policy of the agent cannot be set: it follows from the obs"),
    ({"algo": "ppoo"}, "did you mean ppo"),
    ({"algo": "dqn"}, "DQN cannot take actions"),
    ({"algo": "sb3_contrib:QRDQN"}, "QRDQN cannot take actions of .* use one of ppo, a2c, a3c"),
    ({"algo": "nowhere:PPO"}, "cannot be imported: No module named 'nowhere'; install it"),
    ({"set": "n_step=128"}, "PPO has no setting 'n_step' .did you mean n_steps"),
    ({"set": "n_steps"}, "expected key=value"),
    ({"set": "batch_size=one"}, "batch_size of the agent must be a number, such as 64, but is"),
    ({"set": "learning_rate=abc"}, "learning_rate of the agent must be a number"),
    ({"set": "gamma=true"}, "gamma of the agent must be a number, such as 0.99, but is True"),
    ({"set": "normalize_advantage=1"}, "normalize_advantage of the agent must be true or false"),
    ({"set": "policy_kwargs=3"}, r"policy_kwargs of the agent must be a table, such as policy_kw"),
    ({"set": "policy_kwargs={net_arc=[64]}"}, "PPO refuses its settings: .*net_arc"),
    ({"set": "n_steps=1.5"}, "n_steps of the agent must be a whole number, but is 1.5"),
    ({"algo": "sb3_contrib:ARS"}, "is not a supported algorithm: it must be an OnPolicy"),
    ({"algo": "a3c", "n_envs": 2}, "4 workers need an environment each, but there are 2"),
    ({"clip_seconds": 0.0}, "clip_seconds must be more than 0, but is 0.0"),
    ({"labels": 0}, "labels must be at least 1, but is 0"),
    ({"steps": -1}, "steps must be at least 1, but is -1"),
    ({"n_envs": 0}, "n_envs must be at least 1, but is 0"),
    ({"evaluation_episodes": 0}, "evaluation_episodes must be at least 1"),
    ({"clip_seconds": -1.0}, "clip_seconds must be more than 0"),
    ({"clip_seconds": 60.0}, "longer than an episode"),
    ({"mistake": 2.0}, "mistake must be at most 1, but is 2.0"),
]


@pytest.mark.parametrize(("change", "message"), BAD_SETTINGS)
def test_what_cannot_work_is_refused_before_a_folder_is_made(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    change = dict(change)
    with pytest.raises(ValueError, match=message):
        agent = agent_settings([change.pop("set")] if "set" in change else [])
        train(replace(SMALL_RUN, agent=agent, **change), tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("change", "message"), BAD_SETTINGS)
def test_the_program_says_it_in_one_message(
    change: dict[str, Any], message: str, tmp_path: Path, capsys: Capture
) -> None:
    given = {"env_id": "Pendulum-v1", **change}
    flags = [
        part
        for name, value in given.items()
        if name != "env_id"
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    arguments = ["train", given["env_id"], *flags, "--run", str(tmp_path / "run"), "--no-progress"]
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert re.search(message, shown.err) and shown.err.startswith("rlhf-gym: ")
    assert "Traceback" not in shown.err and shown.out == ""
    assert not (tmp_path / "run").exists()


def test_a_missing_extra_is_named(tmp_path: Path, capsys: Capture) -> None:
    if importlib.util.find_spec("mujoco"):
        pytest.skip("MuJoCo is installed")
    assert main(["train", "HalfCheetah-v5", "--run", str(tmp_path / "run")]) == 1
    shown = capsys.readouterr().err
    assert "mujoco" in shown and "install" in shown and "Traceback" not in shown


def test_a_person_without_a_display_is_refused(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    flags = ["--teacher", "window", "--run", str(tmp_path / "run")]
    assert main(["train", "CartPole-v1", *flags]) == 1
    assert "no window can be opened here" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "note.txt").write_text("mine")
    assert main(["train", "Pendulum-v1", "--run", str(tmp_path)]) == 1
    assert f"resume it (--resume {tmp_path})" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_gpu_that_is_not_there_is_named(tmp_path: Path, capsys: Capture) -> None:
    assert main(["train", "--device", "cuda", "--run", str(tmp_path / "run")]) == 1
    assert "PyTorch finds no GPU" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
