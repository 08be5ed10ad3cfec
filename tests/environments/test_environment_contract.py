"""The contract of environments: what all of ours keep, and what is found where one does not."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv

import rlhf_gym.envs  # noqa: F401  registers the environments
from rlhf_gym.environments import check_environment

OURS = sorted(spec.id for spec in gym.registry.values() if spec.namespace == "rlhf")


@pytest.mark.parametrize("env_id", OURS)
def test_our_environments_keep_the_contract(env_id: str) -> None:
    check_environment(env_id, steps=40)


def test_an_environment_without_a_word_of_its_own_keeps_it_too() -> None:
    check_environment("CartPole-v1")


class Bad(CartPoleEnv):
    """CartPole with words that are not true; each test adds some."""

    changes: dict[str, Any] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {**CartPoleEnv.metadata, **self.changes}


def refused(changes: dict[str, Any], **methods: Any) -> str:
    kind = type("Bad", (Bad,), {"changes": changes, **methods})

    def make(**kwargs: Any) -> gym.Env[Any, Any]:
        return gym.wrappers.TimeLimit(kind(**kwargs), 50)

    with pytest.raises(AssertionError) as caught:
        check_environment(make)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"render_fps": None}, "'render_fps'] does not say how many steps"),
        ({"render_fps": "50"}, "'render_fps'] must be Real, but is '50'"),
        ({"sound": 1}, "'sound'] must be bool, but is 1"),
        ({"tie_breker": ""}, "'tie_breker' .did you mean tie_breaker"),
        ({"naive_reward": "clicks"}, "needs metadata.'probe'"),
        ({"frame_stack": 3}, "'frame_stack'] is 3, but observations are Box"),
        ({"keys_to_action": {"left": 2}}, "'left'] is 2, no action"),
        ({"keys_to_action": {3: 0}}, "has 3, neither a key nor a tuple"),
        ({"vec_env": "nowhere:Fast"}, "'nowhere:Fast', which cannot be imported"),
        ({"fixed_horizon": True}, "'fixed_horizon'] is true, but an episode ended after"),
        ({"probe": "turns"}, "info.'probe'. is missing"),
        ({"sound": True}, "no method sound"),
    ],
)
def test_words_that_are_not_true_are_found(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(refused(changes))


def test_broken_steps_and_pictures_are_found() -> None:
    def step(self: Any, action: Any) -> Any:
        return np.full(4, np.inf, np.float32), "much", 1, False, None

    found = refused({}, step=step)
    assert "the reward is 'much', not a finite number" in found
    assert "terminated is 1, not a bool" in found and "the info is None, not a dict" in found

    assert "must return a picture, as an array (height, width, 3), but returned list" in refused(
        {}, render=lambda _: [1]
    )


def test_an_episode_that_is_another_each_time_is_found() -> None:
    rng = np.random.default_rng(0)

    def reset(self: Any, **_: Any) -> Any:
        super(Bad, self).reset()
        self.state = rng.uniform(-0.01, 0.01, 4)
        return np.array(self.state, np.float32), {}

    assert "shows other observations each time" in refused({}, reset=reset)


def test_a_time_limit_is_missed() -> None:
    with pytest.raises(AssertionError, match="no time limit"):
        check_environment(CartPoleEnv)
