"""Training from settings, through Python and through the program."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from builders import SMALL_RUN, a_run
from gymnasium.envs.classic_control import PendulumEnv
from programs import Program
from sb3_contrib import TQC
from stable_baselines3 import PPO

from rlhf_gym import FeedbackStore
from rlhf_gym.agents import agent_settings
from rlhf_gym.basics.words import NOTHING
from rlhf_gym.cli.main import main
from rlhf_gym.feedback.outcome import read_outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.presets import preset_of
from rlhf_gym.results.overview import overview_of
from rlhf_gym.runs.config import write_settings
from rlhf_gym.runs.outcome import outcome_of
from rlhf_gym.runs.parts import make_training_env
from rlhf_gym.runs.records import read_evaluation, read_run
from rlhf_gym.runs.settings import TrainSettings, fill_in
from rlhf_gym.runs.summary import headline, summary_of
from rlhf_gym.runs.train import evaluate, load, resume, train

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "pendulum"
    told = a_run(folder, video_seconds=0.2)
    assert told[0] == f"run folder: {folder}" and len(told) == 3  # and two evaluations
    return folder


def test_only_a_person_can_be_blind_to_results() -> None:
    with pytest.raises(ValueError, match="combine it with --teacher window"):
        fill_in(TrainSettings(blind=True))
    assert fill_in(TrainSettings(blind=True, teacher="window")).blind


def test_a_run_leaves_everything_in_its_folder(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert {"config.toml", "command.txt", "versions.json", "feedback.db", "checkpoint"} <= names
    assert {"progress.csv", "rounds.jsonl", "evaluation.json", "videos"} <= names
    assert {path.name for path in (run / "videos").iterdir()} == {"before.mp4", "after.mp4"}
    found = read_evaluation(run / "evaluation.json")
    assert len(found.before) == len(found.after) == 1
    outcome = read_outcome(run / "outcome.json")
    assert outcome is not None and (outcome.stage, outcome.no_film) == ("done", "")
    assert (outcome.before, outcome.after) == (*found.before, *found.after)
    assert outcome.way == "1 episode, actions sampled"
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.counts().answered == 4


def test_the_settings_come_back_from_the_folder(run: Path) -> None:
    agent, reward_model, settings = load(run)
    assert settings == fill_in(SMALL_RUN)
    assert agent.num_timesteps >= 600 and reward_model.settings == settings.reward_model


@pytest.mark.parametrize(
    ("name", "own"),
    [("steps", 123), ("labels", 7), ("clip_seconds", 0.3), ("schedule", "constant")],
)
def test_a_setting_that_is_left_open_is_the_presets(name: str, own: Any) -> None:
    found = preset_of("CartPole-v1", "ppo")
    preset = getattr(found if name == "steps" else found.feedback, name)
    assert getattr(fill_in(TrainSettings("CartPole-v1")), name) == preset != own
    assert getattr(fill_in(replace(TrainSettings("CartPole-v1"), **{name: own})), name) == own


def test_one_setting_of_the_reward_model_leaves_the_presets_others(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    flags = ["--labels", "4", "--steps", "600", "--n-envs", "4", "--evaluation-episodes", "1"]
    flags += ["--video-seconds", "0"]
    given = ["--reward-model.members", "2", "--reward-model.hidden", "8"]
    assert main(["train", "Pendulum-v1", *flags, *given, "--run", str(folder), "--json"]) == 0
    _, reward_model, settings = load(folder)
    preset = preset_of("Pendulum-v1", "ppo").feedback.reward_model
    assert settings.reward_model == replace(preset, members=2, hidden=(8,))
    assert reward_model.settings == settings.reward_model


def test_arguments_and_wrappers_of_the_environment_are_settings_of_the_run(
    tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["--env-kwargs", "g=3.0", "--wrapper", "dotted:Reversed", "--show", "--json"]
    assert main(["train", "Pendulum-v1", *arguments]) == 0
    shown = json.loads(capsys.readouterr().out)["settings"]
    assert (shown["env_kwargs"], shown["wrapper"]) == ({"g": 3.0}, ["dotted:Reversed"])
    assert main(["train", "Pendulum-v1", "--wrapper", "dotted:Nobody"]) == 1
    assert "the wrapper 'dotted:Nobody' cannot be imported" in capsys.readouterr().err
    assert main(["train", "Pendulum-v1", "--env-kwargs", "g"]) == 1
    assert "expected key=value, such as gravity=1.62, but got 'g'" in capsys.readouterr().err


def test_a_broken_picture_costs_the_videos_and_not_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    settings = replace(SMALL_RUN, env_kwargs={"g": 3.0}, wrapper=("dotted:Unpaintable",))
    told: list[str] = []
    train(settings, folder, progress=False, video_seconds=0.2, log=told.append)
    assert "there is no video before training: the scale is 0" in told
    assert len(read_evaluation(folder / "evaluation.json").after) == 1
    assert not (folder / "videos").exists()
    outcome = read_outcome(folder / "outcome.json")
    assert outcome is not None and outcome.no_film == "the scale is 0"
    assert load(folder)[2].maker.made().unwrapped.g == 3.0  # type: ignore[attr-defined]


def test_a_person_is_shown_longer_clips_and_asked_for_fewer_labels_unless_told_otherwise() -> None:
    lander = TrainSettings("LunarLander-v3")
    by_formula = fill_in(lander)
    assert (by_formula.clip_seconds, by_formula.labels) == (0.2, 2400)
    by_person = fill_in(replace(lander, teacher="window"))
    assert (by_person.clip_seconds, by_person.labels) == (1.0, 500)
    chosen = fill_in(lander.with_changes(teacher="window", clip_seconds=0.4, labels=900))
    assert (chosen.clip_seconds, chosen.labels) == (0.4, 900)


def test_evaluating_keeps_the_returns_from_before_and_those_of_more_episodes(run: Path) -> None:
    before = read_evaluation(run / "evaluation.json").before
    found = evaluate(run, 2)
    assert len(found.after) == 2 and found.before == before
    assert read_evaluation(run / "evaluation.json") == found
    assert evaluate(run, 1) == evaluate(run, 1)  # sampled from a seed
    old = {"before": before, "after": found.after}  # of version 0.1.0
    (run / "evaluation.json").write_text(json.dumps(old))
    assert evaluate(run, 2).actions == "most likely"
    assert evaluate(run, 2, actions="sampled").actions == "sampled"
    assert read_evaluation(run / "evaluation.json") == found


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


def test_an_agent_that_no_update_has_changed_has_nothing_after_training(
    tmp_path: Path, capsys: Capture
) -> None:
    run = tmp_path / "run"
    flags = ["--steps", "700", "--labels", "1", "--evaluation-episodes", "2", "--device", "cpu"]
    flags += ["--algo", "a2c", "--no-progress", "--set", "learning_rate=1e-60"]
    assert main(["train", "CartPole-v1", *flags, "--run", str(run)]) == 0
    shown = capsys.readouterr().out
    assert "No update has changed the agent: 700 steps of A2C" in shown
    assert (
        "before training (2 episodes, actions sampled)" in shown
        and " after training (" not in shown
    )
    found = read_evaluation(run / "evaluation.json")
    assert len(found.before) == 2 and not found.after
    outcome = read_outcome(run / "outcome.json")
    assert outcome is not None and outcome.change == "untrained"
    assert outcome.verdict.startswith("No update has changed the agent: 700 steps of A2C")
    assert evaluate(run, 2) == found  # measured alike
    record = read_run(run)
    assert record.unchanged and load(run)[0]._n_updates
    result = summary_of(record, 1)
    assert result.before == np.mean(found.before) and result.after is None
    assert headline(result) == outcome.verdict and outcome_of(run) == outcome
    listed = overview_of(RunFolder(run))
    assert (listed.state, listed.true_return, listed.way) == ("finished", NOTHING, NOTHING)


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
    assert main(["train", "--resume", str(run), "--labels", "9"]) == 1
    assert "only --steps can be combined with --resume" in capsys.readouterr().err


def test_the_settings_of_a_fall_back_say_how_long_ends_are_held() -> None:
    settings = fill_in(TrainSettings("CartPole-v1", "sb3_contrib:TRPO"))
    assert settings.hold == 25
    venv = make_training_env(settings)
    assert set(venv.get_attr("hold")) == {settings.hold}
    assert fill_in(replace(settings, hold=None, keep_termination=True)).hold is None


@pytest.mark.parametrize(
    ("env_id", "given", "kept"),
    [
        ("CartPole-v1", {}, False),
        ("CartPole-v1", {"keep_termination": True}, True),
        ("Pendulum-v1", {}, False),  # whose preset was measured so
        ("InvertedPendulum-v5", {}, True),
        ("InvertedPendulum-v5", {"hold": 10}, False),
        ("InvertedPendulum-v5", {"keep_termination": False}, False),
    ],
)
def test_episodes_end_where_the_environment_says_so_unless_a_preset_holds_them(
    env_id: str, given: dict[str, Any], kept: bool
) -> None:
    assert fill_in(TrainSettings(env_id, **given)).keep_termination == kept


def test_an_algorithm_has_one_name() -> None:
    assert fill_in(TrainSettings(algo="PPO")) == fill_in(TrainSettings(algo="ppo"))


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


def test_a_run_without_videos_draws_none(tmp_path: Path) -> None:
    a_run(tmp_path / "run", video_seconds=0)
    assert not (tmp_path / "run" / "videos").exists()


def test_an_algorithm_of_another_package_is_trained(tmp_path: Path) -> None:
    few = {"learning_starts": 600}
    told = a_run(tmp_path / "run", algo="sb3_contrib:TQC", n_envs=1, steps=620, agent=few)
    assert any("no preset for Pendulum-v1 with sb3_contrib:TQC" in line for line in told)
    agent, _, _ = load(tmp_path / "run")
    assert isinstance(agent, TQC) and agent.num_timesteps >= 620


def test_settings_of_the_agent_come_before_the_presets(tmp_path: Path) -> None:
    arguments = ["train", "Pendulum-v1", "--steps", "600", "--labels", "4", "--no-progress"]
    arguments += ["--video-seconds", "0"]
    arguments += [
        "--set",
        "n_steps=32",
        "--set",
        "learning_rate=lin_1e-4",
        "--set",
        "batch_size=64",
        "--n-envs",
        "4",
    ]
    assert main([*arguments, "--run", str(tmp_path / "run")]) == 0
    agent, _, settings = load(tmp_path / "run")
    assert isinstance(agent, PPO) and agent.n_steps == 32 and agent.gamma == 0.98
    assert settings.agent["learning_rate"] == "lin_1e-4" and settings.agent["gamma"] == 0.98
    assert agent.lr_schedule(1.0) == 1e-4 and agent.lr_schedule(0.0) == 0.0


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


def test_a_gpu_that_is_not_there_is_named(tmp_path: Path, capsys: Capture) -> None:
    assert main(["train", "--device", "cuda", "--run", str(tmp_path / "run")]) == 1
    assert "PyTorch finds no GPU" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


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


class Unseeded(PendulumEnv):
    """Draws from the random generators that all environments of a process share."""

    def step(self, u: Any) -> Any:
        shared = np.random.uniform(-1, 1) + random.uniform(-1, 1)
        return super().step(u + np.float32(shared))  # type: ignore[no-untyped-call]


def test_the_number_of_evaluation_episodes_changes_no_result(tmp_path: Path) -> None:
    gym.register("tests/Unseeded-v0", Unseeded, max_episode_steps=50)  # type: ignore[arg-type]
    agents = []
    for episodes in (1, 3):
        folder = tmp_path / f"of {episodes}"
        few = {"n_steps": 64}
        a_run(folder, env_id="tests/Unseeded-v0", evaluation_episodes=episodes, agent=few)
        agents.append(torch.cat([p.flatten() for p in load(folder)[0].policy.parameters()]))
    assert torch.equal(*agents)


class Interrupted(PendulumEnv):
    """Somebody presses Ctrl-C while it is made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_while_environments_are_made_stops_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gym.register("tests/Interrupted-v0", Interrupted, max_episode_steps=50)
    run = tmp_path / "run"
    assert main(["train", "tests/Interrupted-v0", "--horizon", "50", "--run", str(run)]) == 1
    assert capsys.readouterr().err.endswith("rlhf-gym: stopped\n")


class Breaking(PendulumEnv):
    """Fails in its 300th step."""

    steps = 0

    def step(self, u: Any) -> Any:
        self.steps += 1
        if self.steps == 300:
            raise OSError("the motor is too hot\nCall the operator.")
        return super().step(u)  # type: ignore[no-untyped-call]


def test_an_error_of_the_environment_is_told_to_the_window_and_with_how_to_go_on(
    tmp_path: Path,
) -> None:
    gym.register("tests/Breaking-v0", Breaking, max_episode_steps=40)  # type: ignore[arg-type]
    said: list[str] = []
    settings = replace(SMALL_RUN, env_id="tests/Breaking-v0", steps=2_400, agent={"n_steps": 64})
    with pytest.raises(OSError, match="too hot"):
        train(settings, tmp_path / "run", progress=False, video_seconds=0, log=said.append)
    assert "ended with an error: OSError: the motor is too hot. All answers are saved" in said[-1]
    assert f"rlhf-gym train --resume {tmp_path / 'run'}" in said[-1]
    with FeedbackStore.open(tmp_path / "run" / "feedback.db") as store:
        progress = store.progress()
    assert progress is not None and progress.state == "stopped"
    assert progress.error == "OSError: the motor is too hot"


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
