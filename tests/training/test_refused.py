"""What cannot work is refused, and in words, before time is spent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from short_trainings import SHORT_PPO, feedback_of, trained
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env


@pytest.mark.parametrize("steps", [1, 30, 100])
def test_very_few_steps_crash_nothing(steps: int) -> None:
    feedback = feedback_of(labels=3)
    if steps == 1:
        with pytest.raises(ValueError, match="1 step is too few for one clip"):
            trained(feedback, steps)
    else:
        trained(feedback, steps)
        assert feedback.labels_given == 3


def test_warm_up_that_leaves_nothing_to_train_is_refused() -> None:
    with pytest.raises(ValueError, match="warm_up_steps=300 leaves none of the 300"):
        trained(feedback_of(warm_up_steps=300), 300)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"labels": 0}, "labels must be at least 1, but is 0"),
        ({"labels": -5}, "labels must be at least 1, but is -5"),
        ({"warm_up_steps": 0}, "warm_up_steps must be at least 1"),
        ({"first_share": 0.0}, "first_share must be more than 0"),
        ({"last_label": 1.2}, "last_label must be at most 1"),
        ({"strategy": "best"}, "strategy must be one of uniform, .* or a function"),
        ({"schedule": lambda share: 1 - share}, "the schedule must not decrease"),
        ({"teacher": "oracle"}, "there is no teacher 'oracle'"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_once(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        feedback_of(**settings)


def test_clips_are_no_longer_than_short_episodes_unless_somebody_says_so() -> None:
    feedback = HumanFeedback("synthetic", 5)
    feedback.wrap(make_vec_env("Pendulum-v1", horizon=4))  # clips of 0.2 s would be 6 steps
    assert feedback.buffer.clip_length == 4


def test_a_clip_longer_than_an_episode_is_refused_and_no_folder_is_made(tmp_path: Path) -> None:
    feedback = HumanFeedback("synthetic", 5, settings={"clip_length": 201}, run=tmp_path / "run")
    with pytest.raises(ValueError, match="longer than an episode of Pendulum-v1"):
        feedback.wrap(make_vec_env("Pendulum-v1"))
    assert not (tmp_path / "run").exists()


def test_a_teacher_that_talks_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="'left' is no answer; expected"):
        trained(feedback_of(lambda first, second: "left"))


class Broken(gym.Env[Any, Any]):
    """Shows something that is no number at its third step."""

    observation_space = spaces.Box(-1, 1, (2,), np.float32)
    action_space = spaces.Discrete(2)
    metadata = {"render_modes": [], "render_fps": 10}

    def __init__(self, value: float = np.nan, at: int = 3) -> None:
        self.value, self.at, self.steps = value, at, 0

    def _show(self) -> Any:
        return np.array([0, self.value if self.steps >= self.at else 0], np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        return self._show(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self._show(), 0.0, False, False, {}


@pytest.mark.parametrize(("value", "at"), [(np.nan, 3), (np.inf, 0)])
def test_observations_that_are_not_finite_are_refused(value: float, at: int) -> None:
    feedback = feedback_of()
    env = feedback.wrap(make_vec_env(lambda: Broken(value, at), 2, horizon=20))
    agent = PPO("MlpPolicy", env, device="cpu", **SHORT_PPO)
    with pytest.raises(ValueError, match=r"an observation holds (nan|inf) \(environment 0, entry"):
        agent.learn(100, callback=feedback)


def test_a_space_that_cannot_be_read_is_refused() -> None:
    class Words(Broken):
        observation_space = spaces.Text(5)  # type: ignore[assignment]

    with pytest.raises(ValueError, match="cannot read the observation space Text"):
        feedback_of().wrap(make_vec_env(Words, 1, horizon=20))


# --- the presets are the defaults


@pytest.mark.parametrize("env", ["CartPole-v1", gym.make("CartPole-v1")], ids=type)
def test_what_is_no_vector_environment_is_refused(env: Any) -> None:
    with pytest.raises(ValueError, match="wrap needs a vector environment"):
        feedback_of().wrap(env)
