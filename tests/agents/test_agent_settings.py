"""Settings of an agent, from text and checked."""

from __future__ import annotations

import pytest
from sb3_contrib import TQC
from stable_baselines3 import DQN, PPO

from rlhf_gym import A3C
from rlhf_gym.agents import agent_arguments, agent_settings, check_agent_settings


def test_values_are_read_as_toml_writes_them() -> None:
    given = ["a=1", "b=1e-3", "c=true", "d=[1, 2]", "e = word", 'f="a=b"', "g={x = [64, 64]}"]
    assert agent_settings(given) == {
        "a": 1,
        "b": 1e-3,
        "c": True,
        "d": [1, 2],
        "e": "word",
        "f": "a=b",
        "g": {"x": [64, 64]},
    }


@pytest.mark.parametrize("given", ["n_steps", "=3", "n_steps="])
def test_what_is_no_assignment_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="expected key=value, such as n_steps=128"):
        agent_settings([given])


def test_a_linear_schedule_falls_to_zero() -> None:
    rate = agent_arguments({"learning_rate": "lin_1e-3"})["learning_rate"]
    assert [rate(1.0), rate(0.5), rate(0.0)] == [1e-3, 5e-4, 0.0]


def test_a_schedule_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="a number must follow lin_"):
        agent_arguments({"learning_rate": "lin_fast"})


def test_a_name_that_cannot_be_imported_is_refused() -> None:
    with pytest.raises(ValueError, match="activation_fn='torch.nn:RELU' cannot be imported"):
        agent_arguments({"policy_kwargs": {"activation_fn": "torch.nn:RELU"}})


def test_settings_that_the_algorithm_has_pass() -> None:
    check_agent_settings(PPO, {"n_steps": 8, "policy_kwargs": {}})
    check_agent_settings(DQN, {"exploration_fraction": 0.2})
    check_agent_settings(A3C, {"n_workers": 2, "gae_lambda": 0.9, "rms_prop_eps": 1e-5})
    check_agent_settings(TQC, {"top_quantiles_to_drop_per_net": 2})


def test_a_setting_that_the_algorithm_lacks_is_refused_with_those_near() -> None:
    with pytest.raises(ValueError, match="PPO has no setting 'n_step' .did you mean n_steps"):
        check_agent_settings(PPO, {"n_step": 8})
    with pytest.raises(ValueError, match="A3C has no setting 'kwargs'"):
        check_agent_settings(A3C, {"kwargs": 8})


def test_what_has_a_flag_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="there is --seed"):
        check_agent_settings(PPO, {"seed": 8})
