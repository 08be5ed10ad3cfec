"""Presets: a table by environment, a table by environment and algorithm, and how they are found."""

from __future__ import annotations

import gymnasium as gym
import pytest

from rlhf_gym import preset_of
from rlhf_gym.agents import check_agent_settings
from rlhf_gym.environments.registry import spec_of
from rlhf_gym.presets import AGENTS, FALLBACK, FEEDBACK, FeedbackSettings, presets_of


@pytest.mark.parametrize(("env_id", "algo"), AGENTS)
def test_every_preset_is_of_an_environment_and_settings_that_exist(env_id: str, algo: str) -> None:
    assert f"rlhf/{env_id}" in gym.registry or spec_of(env_id)
    preset = preset_of(env_id, algo)
    check_agent_settings(algo, preset.agent)
    assert preset.measured and preset.steps > 0 and preset.n_envs > 0


def test_both_tables_are_of_the_same_environments() -> None:
    assert {env_id for env_id, _ in AGENTS} == FEEDBACK.keys()


def test_all_algorithms_ask_alike_in_one_environment() -> None:
    presets = presets_of("CartPole-v1")
    assert list(presets) == ["ppo", "a2c", "a3c", "dqn"]
    assert all(preset.feedback is FEEDBACK["CartPole-v1"] for preset in presets.values())
    assert {preset.hold for preset in presets.values()} == {25}


def test_a_preset_has_what_a_script_needs() -> None:
    preset = preset_of("rlhf/MountainCarContinuous-v0", "PPO")
    assert (preset.steps, preset.n_envs, preset.norm_reward) == (50_000, 16, True)
    assert (preset.horizon, preset.hold, preset.feedback.clip_seconds) == (400, 40, 2.0)
    assert preset.arguments["learning_rate"](0.5) == 5e-4


@pytest.mark.parametrize(("algo", "n_envs"), [("a2c", 8), ("sac", 1), ("sb3_contrib:TQC", 1)])
def test_without_a_preset_there_is_a_fall_back_by_the_kind_of_algorithm(
    algo: str, n_envs: int
) -> None:
    preset = preset_of("MountainCarContinuous-v9", algo)
    assert (preset.n_envs, preset.steps, preset.agent) == (n_envs, FALLBACK.steps, {})
    assert preset.feedback == FeedbackSettings()


def test_without_a_preset_ppo_has_short_rollouts() -> None:
    preset = preset_of("MountainCarContinuous-v9", "PPO")
    assert preset.steps // (preset.agent["n_steps"] * preset.n_envs) == 48


@pytest.mark.parametrize(
    ("steps", "n_steps"), [(1_000, 16), (20_000, 64), (50_000, 128), (1_000_000, 256)]
)
def test_in_a_short_training_its_rollouts_are_shorter(steps: int, n_steps: int) -> None:
    assert preset_of("MountainCarContinuous-v9", "ppo", steps).agent["n_steps"] == n_steps
    assert preset_of("CartPole-v1", "ppo", steps).agent["n_steps"] == 64  # a preset's stay


def test_an_environment_without_a_preset_for_the_algorithm_is_asked_about_as_with_others() -> None:
    assert preset_of("Pendulum-v1", "a2c").feedback == FEEDBACK["Pendulum-v1"]


def test_an_unknown_algorithm_is_answered_with_those_near() -> None:
    with pytest.raises(ValueError, match="no algorithm 'ppoo' .did you mean ppo"):
        preset_of("CartPole-v1", "ppoo")


@pytest.mark.parametrize("name", ["labels", "clip_seconds", "strategy", "last_label"])
def test_settings_of_feedback_are_still_found_where_they_were(name: str) -> None:
    preset = preset_of("CartPole-v1", "ppo")
    with pytest.warns(DeprecationWarning, match=f"write preset.feedback.{name}"):
        assert getattr(preset, name) == getattr(preset.feedback, name)
    with pytest.raises(AttributeError, match="a preset has no attribute 'labls'"):
        preset.labls  # noqa: B018
