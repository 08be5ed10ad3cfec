"""What is known of environments: found by name, whatever the version or the library."""

from __future__ import annotations

import gymnasium as gym
import pytest
from gymnasium.envs.registration import EnvSpec

import rlhf_gym.envs  # noqa: F401
from rlhf_gym import score_of, tastes_of
from rlhf_gym.envs.description import describe_metadata
from rlhf_gym.envs.known import GENERAL_GOAL, KNOWN, Known, known
from rlhf_gym.presets import FEEDBACK


def test_every_entry_is_of_an_environment_that_exists() -> None:
    assert KNOWN.keys() <= {spec.name for spec in gym.registry.values()}


@pytest.mark.parametrize(
    ("env_id", "horizon", "hold"),
    [
        ("Acrobot-v1", None, 15),
        ("Ant-v5", 500, None),
        ("CartPole-v1", None, 25),
        ("Hopper-v5", 500, None),
        ("HopperBackflip-v1", 300, None),
        ("InvertedDoublePendulum-v5", 500, None),
        ("LunarLander-v3", 400, 10),
        ("LunarLanderContinuous-v3", 400, 10),
        ("LunarLanderHover-v1", None, 10),
        ("MountainCar-v0", None, 20),
        ("MountainCarContinuous-v0", 400, 40),
        ("Walker2d-v5", 500, None),
    ],
)
def test_the_horizon_is_what_the_presets_were_measured_with(
    env_id: str, horizon: int | None, hold: int | None
) -> None:
    assert (known(env_id).horizon, known(env_id).hold) == (horizon, hold)


@pytest.mark.parametrize("env_id", FEEDBACK)
def test_all_that_have_a_preset_are_known_with_and_without_their_namespace(env_id: str) -> None:
    assert known(f"rlhf/{env_id}") == known(env_id)


def test_versions_and_kinds_of_observation_share_what_is_known() -> None:
    assert known("Hopper-v4") == known("rlhf/Hopper-v5") == KNOWN["Hopper"]
    assert known("rlhf/Pong-ram-v1") == known("rlhf/Pong-v1") == KNOWN["Pong"]
    assert known("rlhf_gym.envs:rlhf/Acrobot-v1") == KNOWN["Acrobot"]


def test_another_librarys_environment_shares_only_what_does_not_depend_on_its_spaces() -> None:
    lander, acrobot = known("other/LunarLander-v3"), known("other/Acrobot-v1")
    assert lander == Known(KNOWN["LunarLander"].goal, valued_terminals=True)
    assert acrobot == Known(KNOWN["Acrobot"].goal, ends={"terminated": "reached the line"})


@pytest.mark.parametrize("name", ["Parking-v0", "", "no id at all", "a/b/c", "Nowhere"])
def test_of_other_names_nothing_is_known(name: str) -> None:
    assert known(name) == Known() and known(name).goal == GENERAL_GOAL


def test_a_class_that_is_not_registered_is_not_taken_for_one_of_the_same_name() -> None:
    assert score_of("Acrobot") is None and known("CartPole").hold is None


def test_tastes_are_known_of_the_case_studies() -> None:
    names = ("SupportChat-v1", "Moderation-v1", "Melody-v1")
    assert all(tastes_of(name) is tastes_of(f"rlhf/{name}") is not None for name in names)


def test_an_environments_own_word_on_its_terminals_wins() -> None:
    lake, cart = gym.spec("FrozenLake-v1"), gym.spec("CartPole-v1")

    def valued(metadata: dict[str, object], spec: EnvSpec | None) -> bool:
        return describe_metadata(metadata, spec).valued_terminals

    assert valued({}, lake) and not valued({}, cart) and not valued({}, None)
    assert valued({"valued_terminals": True}, cart)
    assert not valued({"valued_terminals": False}, lake)
    assert valued({"ends_differ": True}, cart) and not valued({"ends_differ": False}, lake)
