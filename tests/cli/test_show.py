"""`rlhf-gym train --show`: what a run would use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec

from rlhf_gym.cli.main import main

Capture = pytest.CaptureFixture[str]


def rows(capsys: Capture, *given: str) -> dict[str, str]:
    """What ``--show`` prints, by the names of its rows."""
    assert main(["train", *given, "--show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # A name and its value have two spaces between them, or the name fills its column.
    return {line[2:20].strip(): line[20:].strip() for line in lines if line.startswith("  ")}


def test_show_says_what_a_run_would_use_and_trains_nothing(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = ["--teacher", "window", "--set", "n_steps=99"]
    assert main(["train", "CartPole-v1", *given, "--show"]) == 0
    text = capsys.readouterr().out
    assert "CartPole-v1 with ppo: what a run would use; nothing is trained" in text
    assert "200: 50 before training, the last at 70% of it" in text  # a person's, not the preset's
    assert "about 13.3 min" in text  # 200 labels of 4 seconds
    assert "50 steps, 1 s" in text  # a person sees no clip of half a second
    assert "100,000 in 32 environments" in text and "n_steps            99" in text
    assert "500 steps at most; what follows an early end is worth 0" in text
    assert not list(tmp_path.iterdir())


def test_show_as_json(capsys: Capture) -> None:
    assert main(["train", "Pendulum-v1", "--labels", "30", "--show", "--json"]) == 0
    shown = capsys.readouterr().out
    found = json.loads(shown)
    assert found["settings"]["labels"] == 30 and found["person_minutes"] == 2
    assert found["labels_before_training"] == 25 and found["clip_steps"] == 6
    assert found["settings"]["reward_model"]["members"] == 7
    assert found["environment"]["fps"] == 30 and "worst of 10 seeds" in found["preset"]
    assert found["warm_up_steps"] == 2048
    assert found["settings"]["beta"] == "inf" and "Infinity" not in shown  # which JSON has not


@pytest.mark.parametrize(
    ("given", "labels", "time"),
    [
        (("--labels", "1"), "1, before training", "about 4 s, if one answered"),
        (("--labels", "10"), "10, all before training", "about 40 s, if one answered"),
        (
            ("--labels", "150", "--teacher", "window"),
            "150: 90 before training, the last at 70% of it",
            "about 10 min",
        ),
        (
            ("--labels", "100", "--first-share", "0.07"),  # 7.000000000000001 of them
            "100: 7 before training, the last at 70% of it",
            "about 6.7 min, if one answered",
        ),
    ],
)
def test_the_labels_before_training_are_told_as_they_are_asked_for(
    capsys: Capture, given: tuple[str, ...], labels: str, time: str
) -> None:
    shown = rows(capsys, "Pendulum-v1", *given)
    assert (shown["labels"], shown["a person's time"]) == (labels, time)


def test_what_is_given_takes_the_place_of_what_is_known_of_the_environment(
    capsys: Capture,
) -> None:
    given = ("--goal", "Stand still.", "--valued-terminals", "true", "--n-envs", "1")
    shown = rows(capsys, "InvertedPendulum-v5", *given)
    assert (shown["goal"], shown["tie-breaker"]) == ("Stand still.", "none")
    assert shown["ends of episodes"] == "can be good or bad"
    assert shown["episode"] == "1,000 steps at most; what follows an early end is worth 0"
    assert shown["steps"] == "100,000 in 1 environment"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("Pendulum-v1 --clip-seconds 20", "a clip of 600 steps is longer than an episode"),
        (  # clips of 25 steps and one to see what followed
            "CartPole-v1 --steps 800",
            "800 steps are too few for one clip in each of 32 environments: give more than 832",
        ),
        ("CartPole-v1 --steps 900 --warm-up-steps 900", "leaves none of the 900 training steps"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--json",)])
def test_a_run_without_clips_is_refused_as_it_would_be_without_show(
    capsys: Capture, given: str, why: str, how: tuple[str, ...]
) -> None:
    assert main(["train", *given.split(), "--show", *how]) == 1
    assert why in capsys.readouterr().err


def test_the_first_steps_are_those_of_the_untrained_agent(capsys: Capture) -> None:
    shown = rows(capsys, "CartPole-v1", "--steps", "2000")
    # Two clips of 26 steps in 32 environments would be 1,664; a short training keeps half.
    assert shown["warm-up"] == "the untrained agent takes the first 1,024 steps"


class Errand(gym.Env[Any, Any]):
    """An environment of others: the mission and the time limit are known once it is made."""

    def __init__(self, size: int = 5) -> None:
        self.observation_space = gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.action_space = gym.spaces.Discrete(2)
        self.max_steps, self.mission = 4 * size**2, "undefined"

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self.mission = "get to the green square"
        return np.zeros(2, np.float32), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        return np.zeros(2, np.float32), 0.0, False, False, {}


def test_show_makes_the_environment_where_only_that_tells_goal_and_length(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gym.registry, "Errand-v0", EnvSpec("Errand-v0", f"{__name__}:Errand"))
    told = rows(capsys, "Errand-v0")
    goal = "Do what the mission says. The first mission: Get to the green square"
    assert told["goal"] == goal
    assert told["episode"].startswith("100 steps")
    assert rows(capsys, "Errand-v0", "--env-kwargs", "size=10")["episode"].startswith("400 steps")
    assert rows(capsys, "Errand-v0", "--goal", "Be quick.")["goal"] == "Be quick."
    assert main(["train", "Errand-v0", "--show", "--json"]) == 0
    environment = json.loads(capsys.readouterr().out)["environment"]
    assert environment["time_limit"] == 100 and environment["goal"] == goal
