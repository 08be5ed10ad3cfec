"""What is known of environments: found by name, whatever the version or the library."""

from __future__ import annotations

import gymnasium as gym
import pytest

import rlhf_gym.envs  # noqa: F401
from rlhf_gym import score_of, tastes_of
from rlhf_gym.envs.known import GENERAL_GOAL, KNOWN, Known, ends_differ, known
from rlhf_gym.presets import PRESETS


def test_every_entry_is_of_an_environment_that_exists() -> None:
    assert KNOWN.keys() <= {spec.name for spec in gym.registry.values()}


@pytest.mark.parametrize("env_id", dict.fromkeys(name for name, _ in PRESETS))
def test_the_horizon_is_that_of_every_preset(env_id: str) -> None:
    presets = {(p.horizon, p.hold) for (name, _), p in PRESETS.items() if name == env_id}
    assert presets == {(known(env_id).horizon, known(env_id).hold)}
    assert known(f"rlhf/{env_id}") == known(env_id)


def test_versions_and_kinds_of_observation_share_what_is_known() -> None:
    assert known("Hopper-v4") == known("rlhf/Hopper-v5") == KNOWN["Hopper"]
    assert known("rlhf/Pong-ram-v1") == known("rlhf/Pong-v1") == KNOWN["Pong"]
    assert known("rlhf_gym.envs:rlhf/Acrobot-v1") == KNOWN["Acrobot"]


def test_another_librarys_environment_shares_only_what_does_not_depend_on_its_spaces() -> None:
    lander, acrobot = known("other/LunarLander-v3"), known("other/Acrobot-v1")
    assert lander == Known(KNOWN["LunarLander"].goal, valued_terminals=True)
    assert acrobot == Known(KNOWN["Acrobot"].goal)


@pytest.mark.parametrize("name", ["Taxi-v4", "", "no id at all", "a/b/c", "Nowhere"])
def test_of_other_names_nothing_is_known(name: str) -> None:
    assert known(name) == Known() and known(name).goal == GENERAL_GOAL


def test_a_class_that_is_not_registered_is_not_taken_for_one_of_the_same_name() -> None:
    assert score_of("Acrobot") is None and known("CartPole").hold is None


def test_tastes_are_known_of_the_case_studies() -> None:
    names = ("SupportChat-v1", "Moderation-v1", "Melody-v1")
    assert all(tastes_of(name) is tastes_of(f"rlhf/{name}") is not None for name in names)


def test_an_environments_own_word_on_its_ends_wins() -> None:
    lake, cart = gym.spec("FrozenLake-v1"), gym.spec("CartPole-v1")
    assert ends_differ({}, lake) and not ends_differ({}, cart) and not ends_differ({}, None)
    assert ends_differ({"ends_differ": True}, cart) and not ends_differ(
        {"ends_differ": False}, lake
    )
