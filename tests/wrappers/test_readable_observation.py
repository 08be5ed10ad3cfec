"""Observations that agents and reward models cannot read become what they can."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from rlhf_gym.wrappers.readable_observation import ReadableObservation, is_readable


def bytes_of(*shape: int) -> spaces.Box:
    return spaces.Box(0, 255, shape, np.uint8)


class Shown(gym.Env[Any, Any]):
    """Shows one observation, and draws one picture."""

    def __init__(self, space: spaces.Space[Any], observation: Any, drawn: Any = None) -> None:
        self.observation_space, self.action_space = space, spaces.Discrete(2)
        self.observation, self.drawn = observation, drawn

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        return self.observation, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.observation, 0.0, False, False, {}

    def render(self) -> Any:
        return self.drawn


def test_text_is_left_out_and_all_else_stays() -> None:
    space = spaces.Dict({"said": spaces.Text(9), "x": spaces.Box(0, 1, (2,))})
    env = ReadableObservation(Shown(space, {"said": "go", "x": np.array([0.5, 1], np.float32)}))
    assert env.left_out == ("said",)
    assert isinstance(env.observation_space, spaces.Dict) and list(env.observation_space) == ["x"]
    assert env.reset()[0]["x"].tolist() == env.step(0)[0]["x"].tolist() == [0.5, 1]


def test_a_tuple_and_spaces_within_spaces_become_one_dict() -> None:
    car = spaces.Dict({"wheels": spaces.Tuple([spaces.Discrete(3, start=1)] * 2)})
    space = spaces.Tuple([spaces.Box(0, 9, (2,)), car, spaces.Text(9)])
    shown = (np.array([5, 6], np.float32), {"wheels": (np.int64(1), np.int64(3))}, "go")
    env = ReadableObservation(Shown(space, shown))
    seen = env.reset()[0]
    assert {key: part.tolist() for key, part in seen.items()} == {
        "0": [5, 6],
        "1/wheels/0": 0,
        "1/wheels/1": 2,
    }
    assert seen in env.observation_space and env.left_out == ("2",)


def test_keys_that_modules_of_pytorch_do_not_accept_are_changed() -> None:
    space = spaces.Dict({"state.arm": spaces.Box(0, 1, (1,)), "eye": spaces.Discrete(2)})
    env = ReadableObservation(Shown(space, {"state.arm": np.array([0.5], np.float32), "eye": 1}))
    assert not is_readable(space)
    assert {key: part.sum() for key, part in env.reset()[0].items()} == {
        "state/arm": 0.5,
        "eye": 1,
    }


def test_codes_on_a_small_grid_become_the_same_numbers_in_a_row() -> None:
    codes = np.arange(2 * 4 * 3, dtype=np.uint8).reshape(2, 4, 3)
    env = ReadableObservation(Shown(bytes_of(2, 4, 3), codes))
    seen = env.reset()[0]
    assert seen.tolist() == list(range(24)) and seen in env.observation_space


def test_a_picture_too_small_for_convolutions_becomes_brightnesses_within_a_dict() -> None:
    space = spaces.Dict({"eye": bytes_of(9, 9, 3), "large": bytes_of(36, 36, 3)})
    shown = {"eye": np.full((9, 9, 3), 255, np.uint8), "large": np.zeros((36, 36, 3), np.uint8)}
    env = ReadableObservation(Shown(space, shown))
    seen = env.reset()[0]
    assert seen["eye"].tolist() == [1.0] * 243 and seen["large"].shape == (36, 36, 3)
    assert seen in env.observation_space


@pytest.mark.parametrize(
    ("space", "readable"),
    [
        (bytes_of(8, 9, 3), True),
        (bytes_of(7, 9, 3), False),
        (spaces.Dict({"eye": bytes_of(36, 36, 1)}), True),
        (spaces.Dict({"eye": bytes_of(35, 36, 1)}), False),
        (spaces.Dict({"said": spaces.Text(3)}), False),
        (spaces.Box(0, 1, (10, 10, 4), np.float32), True),
        (spaces.Tuple([spaces.Discrete(3)]), False),
        (spaces.Dict({"car": spaces.Dict({"speed": spaces.Discrete(3)})}), False),
    ],
)
def test_only_what_cannot_be_read_is_changed(space: spaces.Space[Any], readable: bool) -> None:
    assert is_readable(space) == readable
