"""Settings of a run: those given, and presets for what is left open."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stable_baselines3 import PPO

from rlhf_gym.cli.main import main
from rlhf_gym.presets import preset_of
from rlhf_gym.reward_model.filled_in import filled_in
from rlhf_gym.runs.parts import make_training_env
from rlhf_gym.runs.settings import TrainSettings, fill_in
from rlhf_gym.runs.train import load

Capture = pytest.CaptureFixture[str]


def test_only_a_person_can_be_blind_to_results() -> None:
    with pytest.raises(ValueError, match="combine it with --teacher window"):
        fill_in(TrainSettings(blind=True))
    assert fill_in(TrainSettings(blind=True, teacher="window")).blind


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
    space = reward_model.observation_space
    assert reward_model.settings == filled_in(settings.reward_model, space)


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


def test_a_person_is_shown_longer_clips_and_asked_for_200_to_500_labels_unless_told_otherwise() -> (
    None
):
    lander = TrainSettings("LunarLander-v3")
    by_formula = fill_in(lander)
    assert (by_formula.clip_seconds, by_formula.labels) == (0.2, 2400)
    assert fill_in(TrainSettings("Pendulum-v1")).labels == 50
    assert fill_in(TrainSettings("Pendulum-v1", teacher="person")).labels == 200
    by_person = fill_in(replace(lander, teacher="window"))
    assert (by_person.clip_seconds, by_person.labels) == (1.0, 500)
    chosen = fill_in(lander.with_changes(teacher="window", clip_seconds=0.4, labels=900))
    assert (chosen.clip_seconds, chosen.labels) == (0.4, 900)


def test_the_settings_of_a_fall_back_say_how_long_ends_are_held() -> None:
    settings = fill_in(TrainSettings("CartPole-v1", "sb3_contrib:TRPO", keep_termination=False))
    assert settings.hold == 25
    venv = make_training_env(settings)
    assert set(venv.get_attr("hold")) == {settings.hold}
    assert fill_in(replace(settings, hold=None, keep_termination=True)).hold is None


@pytest.mark.parametrize(
    ("env_id", "given", "kept"),
    [
        ("CartPole-v1", {}, True),
        ("CartPole-v1", {"keep_termination": False}, False),
        ("CartPole-v1", {"hold": 10}, False),
        ("Hopper-v5", {}, False),  # whose preset was measured so
        ("Hopper-v5", {"keep_termination": True}, True),
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
