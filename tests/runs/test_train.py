"""Training from settings, through Python and through the program."""

from __future__ import annotations

import json
import os
import random
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from builders import SMALL_RUN, a_run
from gymnasium.envs.classic_control import PendulumEnv
from sb3_contrib import TQC

from rlhf_gym import FeedbackStore
from rlhf_gym.basics.words import NOTHING
from rlhf_gym.cli.main import main
from rlhf_gym.feedback.outcome import read_outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.overview import overview_of
from rlhf_gym.reward_model.filled_in import filled_in
from rlhf_gym.runs.outcome import outcome_of
from rlhf_gym.runs.records import read_evaluation, read_run
from rlhf_gym.runs.settings import fill_in
from rlhf_gym.runs.summary import headline, summary_of
from rlhf_gym.runs.train import evaluate, load, train

Capture = pytest.CaptureFixture[str]


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
    assert agent.num_timesteps >= 600
    space = reward_model.observation_space
    assert reward_model.settings == filled_in(settings.reward_model, space)


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


def test_a_run_without_videos_draws_none(tmp_path: Path) -> None:
    a_run(tmp_path / "run", video_seconds=0)
    assert not (tmp_path / "run" / "videos").exists()


def test_an_algorithm_of_another_package_is_trained(tmp_path: Path) -> None:
    few = {"learning_starts": 600}
    told = a_run(tmp_path / "run", algo="sb3_contrib:TQC", n_envs=1, steps=620, agent=few)
    assert any("no preset for Pendulum-v1 with sb3_contrib:TQC" in line for line in told)
    agent, _, _ = load(tmp_path / "run")
    assert isinstance(agent, TQC) and agent.num_timesteps >= 620


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
