"""What is said of a run before time is spent on it."""

from __future__ import annotations

import pytest
from stable_baselines3 import PPO

from rlhf_gym.presets import presets_of
from rlhf_gym.runs.announced import said_of_settings
from rlhf_gym.runs.settings import TrainSettings, fill_in


def said(env_id: str, teacher: str) -> list[str]:
    agent = PPO("MlpPolicy", "CartPole-v1", n_steps=64, device="cpu")
    settings = fill_in(TrainSettings(env_id, teacher=teacher))  # type: ignore[arg-type]
    return list(said_of_settings(settings, agent))


@pytest.mark.parametrize("teacher", ["window", "person"])
def test_a_person_is_told_what_the_preset_reached_with_answers_like_theirs(teacher: str) -> None:
    (text,) = said("CartPole-v1", teacher)
    assert text.endswith(presets_of("CartPole-v1")["ppo"].measured_person)
    assert "answers as people give them" in text


def test_a_person_is_told_where_a_formula_needed_more_answers_than_they_will_give() -> None:
    (text,) = said("LunarLander-v3", "window")
    assert "2,400 labels: 500 may be too few" in text
    (text,) = said("rlhf/PendulumSpin-v1", "window")
    assert text.endswith("with a faultless formula")


def test_who_lets_a_formula_answer_is_told_nothing_of_people() -> None:
    assert said("CartPole-v1", "synthetic") == []
