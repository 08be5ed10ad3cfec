"""What an environment says about itself: read once, with what is known of it as default."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv

import rlhf_gym.envs  # noqa: F401  registers the environments
from rlhf_gym.envs.description import (
    METADATA_KEYS,
    EnvironmentDescription,
    describe_env,
    describe_metadata,
    describe_spec,
)
from rlhf_gym.envs.known import GENERAL_GOAL, Goal


def test_an_environment_that_says_nothing_has_the_defaults() -> None:
    assert describe_metadata({}) == describe_metadata(None) == EnvironmentDescription()
    found = EnvironmentDescription()
    assert (found.fps, found.names_fps, found.goal) == (30, False, GENERAL_GOAL)
    assert (found.draws, found.has_reward, found.return_name) == (False, True, "true return")


class Undrawn(CartPoleEnv):
    """Says that it draws pictures, but has no method for it."""

    render = gym.Env.render


class Drawn(gym.Wrapper[Any, Any, Any, Any]):
    def render(self) -> Any:
        return np.zeros((2, 2, 3), np.uint8)


def test_an_environment_without_a_method_to_draw_draws_nothing() -> None:
    gym.register("Undrawn-v0", f"{__name__}:Undrawn")
    env = gym.make("Undrawn-v0")
    assert not describe_env(env).draws
    assert describe_env(Drawn(env)).draws
    assert describe_env(gym.make("CartPole-v1")).draws


def test_every_key_is_read_and_documented() -> None:
    said = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": np.int64(12),
        "goal": "Spin.",
        "tie_breaker": "The faster one.",
        "ends": {"terminated": "dizzy"},
        "valued_terminals": True,
        "fixed_horizon": True,
        "frame_stack": 4,
        "drawn_after": True,
        "sound": True,
        "transcript": True,
        "probe": "turns",
        "naive_reward": "clicks",
        "actions": ["spin", "rest"],
        "keys": "left and right",
        "keys_to_action": {"left": 0},
        "vec_env": "module:Class",
    }
    assert said.keys() == METADATA_KEYS.keys()
    assert describe_metadata(said) == EnvironmentDescription(
        render_modes=("human", "rgb_array"),
        fps=12.0,
        names_fps=True,
        goal=Goal("Spin.", "The faster one."),
        ends={"terminated": "dizzy", "truncated": "time is up"},
        names_ends=True,
        valued_terminals=True,
        fixed_horizon=True,
        frame_stack=4,
        drawn_after=True,
        sound=True,
        transcript=True,
        probe="turns",
        naive_reward="clicks",
        actions=("spin", "rest"),
        keys="left and right",
        keys_to_action={"left": 0},
        vec_env="module:Class",
    )
    told = EnvironmentDescription.__doc__ or ""
    assert all(f"``{key}``" in told for key in METADATA_KEYS)
    assert all(f"{each.name}: " in told for each in fields(EnvironmentDescription))


def test_a_goal_of_its_own_comes_with_the_general_tie_breaker() -> None:
    spec = gym.spec("CartPole-v1")
    assert describe_metadata({"goal": "Spin."}, spec).goal == Goal(
        "Spin.", GENERAL_GOAL.tie_breaker
    )
    assert describe_metadata({"tie_breaker": "The faster one."}, spec).goal.text.startswith("Keep")


def test_what_is_known_of_an_environment_fills_in_what_it_does_not_say() -> None:
    lander = describe_spec(gym.spec("LunarLander-v3"))
    assert (lander.env_id, lander.valued_terminals) == ("LunarLander-v3", True)
    assert (lander.time_limit, lander.horizon, lander.hold) == (1000, 400, 10)
    assert (lander.fps, lander.names_fps, lander.draws) == (50, True, True)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "rlhf/PendulumSpin-v1", "rlhf/Melody-v1"])
def test_the_class_says_the_same_as_the_environment(env_id: str) -> None:
    env = gym.make(env_id)
    assert describe_env(env) == describe_spec(gym.spec(env_id))
    env.close()


def test_an_environment_without_a_reward_says_what_is_counted() -> None:
    spin = describe_spec(gym.spec("rlhf/PendulumSpin-v1"))
    assert (spin.has_reward, spin.return_name) == (False, "full turns of the pendulum")


@pytest.mark.parametrize(
    ("key", "value"),
    [("goal", 3), ("render_fps", "fast"), ("sound", 1), ("frame_stack", True), ("keys", ["a"])],
)
def test_a_value_of_another_type_is_left_out_with_a_warning(key: str, value: object) -> None:
    with pytest.warns(UserWarning, match=f"metadata.'{key}'. must be .*; it is not used"):
        assert describe_metadata({key: value}) == EnvironmentDescription()


def test_none_counts_as_left_out() -> None:
    assert describe_metadata({"render_fps": None, "goal": None}) == EnvironmentDescription()


def test_a_name_of_the_first_release_is_still_read() -> None:
    assert describe_metadata({"ends_differ": True}).valued_terminals
