"""Algorithms by name."""

from __future__ import annotations

import pytest
from gymnasium import spaces
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import A3C
from rlhf_gym.agents import ALGORITHMS, algorithm, check_fits, fits


class Mine(PPO):
    """An own algorithm."""


def test_algorithms_have_their_usual_names_in_any_case() -> None:
    assert [algorithm(name) for name in ("ppo", "A2C", "a3C", "Dqn", "sac", "TD3")] == [
        PPO,
        A2C,
        A3C,
        DQN,
        SAC,
        TD3,
    ]


def test_an_own_algorithm_is_named_by_its_import_path() -> None:
    assert algorithm("stable_baselines3.sac:SAC") is SAC
    assert algorithm(f"{__name__}:Mine").__name__ == "Mine"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no algorithm 'dqnn' .did you mean dqn.*module:Class"):
        algorithm("dqnn")
    with pytest.raises(ValueError, match="there are ppo, a2c, a3c, dqn, sac, td3"):
        algorithm("zzzz")


@pytest.mark.parametrize("name", ["nowhere:PPO", "stable_baselines3:PPOO", ":PPO"])
def test_an_import_path_that_leads_nowhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"the algorithm '{name}' cannot be imported"):
        algorithm(name)


@pytest.mark.parametrize("name", ["collections:deque", "sb3_contrib:ARS"])
def test_a_class_that_cannot_learn_here_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' is not a supported algorithm: it must"):
        algorithm(name)


@pytest.mark.parametrize(
    ("space", "names"),
    [
        (spaces.Discrete(3), {"ppo", "a2c", "a3c", "dqn"}),
        (spaces.Box(-1, 1, (2,)), {"ppo", "a2c", "a3c", "sac", "td3"}),
        (spaces.MultiDiscrete([2, 3]), {"ppo", "a2c", "a3c"}),
        (spaces.MultiBinary(3), {"ppo", "a2c", "a3c"}),
        (spaces.Tuple((spaces.Discrete(2),)), set()),
    ],
)
def test_each_action_space_has_its_algorithms(space: spaces.Space[object], names: set[str]) -> None:
    assert {name for name in ALGORITHMS if fits(algorithm(name), space)} == names


def test_an_own_algorithm_fits_what_its_parent_fits() -> None:
    class Own(DQN): ...

    own: type[BaseAlgorithm] = Own
    assert not fits(own, spaces.Box(-1, 1))


def test_a_wrong_pairing_is_refused_with_the_names_of_those_that_fit() -> None:
    with pytest.raises(
        ValueError, match=r"DQN cannot take actions of Box.*ppo, a2c, a3c, sac, td3"
    ):
        check_fits(DQN, spaces.Box(-1, 1, (2,)))
    with pytest.raises(
        ValueError, match=r"SAC cannot take actions of Discrete.*ppo, a2c, a3c, dqn"
    ):
        check_fits(SAC, spaces.Discrete(2))
    check_fits(PPO, spaces.Discrete(2))
