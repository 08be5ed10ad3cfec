"""What a vector environment built elsewhere tells about itself, and what is refused."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest
from stable_baselines3.common.env_util import make_vec_env as plain_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecNormalize

from rlhf_gym import make_vec_env
from rlhf_gym.environments.checks import check_venv
from rlhf_gym.environments.lookup import (
    describe_venv,
    env_id_of,
    environment_record,
    frame_stack_of,
    horizon_of,
)


class Nameless(gym.Env[Any, Any]):
    """An environment that was never registered and has no end."""

    observation_space = gym.spaces.Box(-1, 1, (2,))
    action_space = gym.spaces.Discrete(2)


def test_the_id_is_the_registered_one_or_the_name_of_the_class() -> None:
    assert env_id_of(make_vec_env("CartPole-v1")) == "CartPole-v1"
    assert env_id_of(DummyVecEnv([Nameless])) == "Nameless"


def test_the_horizon_is_the_wrappers_the_registered_one_or_none() -> None:
    assert horizon_of(make_vec_env("CartPole-v1", horizon=120)) == 120
    assert horizon_of(plain_vec_env("CartPole-v1")) == 500
    assert horizon_of(DummyVecEnv([Nameless])) is None


def test_stacked_images_are_recognised() -> None:
    venv = make_vec_env("rlhf/MovingDot-v1")
    assert frame_stack_of(venv) is None
    stack = frame_stack_of(VecFrameStack(venv, 3))
    assert stack is not None and (stack.size, stack.axis % 3) == (3, 2)


def test_a_users_goal_comes_without_the_environments_own_tie_breaker() -> None:
    venv = make_vec_env("CartPole-v1")
    own = environment_record(venv)
    assert own.goal and own.tie_breaker and own.fps == 50
    users = environment_record(venv, goal="Spin.")
    assert users.goal == "Spin." and users.tie_breaker == ""


def test_episodes_that_may_end_early_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="may end early.*make_vec_env"):
        check_venv(plain_vec_env("CartPole-v1"), 25, person=False)


def test_observations_normalised_below_the_learned_reward_are_refused() -> None:
    with pytest.raises(ValueError, match="put it outside"):
        check_venv(VecNormalize(make_vec_env("CartPole-v1")), 25, person=False)


def test_a_person_needs_pictures() -> None:
    with pytest.raises(ValueError, match="add an rgb_array mode to its render method"):
        check_venv(DummyVecEnv([Nameless]), 25, person=True)


def test_a_person_needs_environments_that_can_be_drawn_again() -> None:
    with pytest.raises(ValueError, match="build them with rlhf_gym.make_vec_env"):
        check_venv(plain_vec_env("Pendulum-v1"), 25, person=True)


@pytest.mark.parametrize("key", ["valued_terminals", "ends_differ"])
def test_terminals_are_valued_where_the_environment_or_what_is_known_of_it_says_so(
    key: str,
) -> None:
    assert not describe_venv(make_vec_env("CartPole-v1")).valued_terminals
    assert describe_venv(make_vec_env("LunarLander-v3")).valued_terminals
    alike = make_vec_env("LunarLander-v3")
    alike.get_attr("unwrapped")[0].metadata = {key: False}
    assert not describe_venv(alike).valued_terminals
