"""Observations and actions of every supported space as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from stepping import steps

from rlhf_gym.clips.steps import Transitions
from rlhf_gym.reward_model.inputs import input_spec

BUTTON = spaces.Discrete(2)


def vector(observed: Any, acted: Any, observations: Any, actions: Any) -> list[list[float]]:
    spec = input_spec(observed, acted)
    inputs = spec.encode(steps(observations, actions))
    assert inputs.vector.shape == (len(actions), spec.features)
    rows: list[list[float]] = inputs.vector.tolist()
    return rows


@pytest.mark.parametrize(
    ("acted", "actions", "expected"),
    [
        (spaces.Discrete(3), [0, 2], [[1, 0, 0], [0, 0, 1]]),
        (spaces.Discrete(2, start=5), [6, 5], [[0, 1], [1, 0]]),
        (spaces.MultiDiscrete([2, 3]), [[1, 0], [0, 2]], [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]),
        (spaces.MultiBinary(2), [[1, 0], [1, 1]], [[1, 0], [1, 1]]),
        (spaces.Box(-1, 1, (2,)), [[0.5, -1], [0, 1]], [[0.5, -1], [0, 1]]),
        (spaces.Box(-1, 1, ()), [0.5, -1], [[0.5], [-1]]),
    ],
    ids=str,
)
def test_actions_are_one_hot_where_they_are_names(acted: Any, actions: Any, expected: Any) -> None:
    observed = spaces.Box(0, 9, (1,))
    rows = vector(observed, acted, np.array([[7.0], [8.0]]), actions)
    assert rows == [[7, *expected[0]], [8, *expected[1]]]


def test_the_parts_of_a_dict_stand_in_the_order_of_their_keys() -> None:
    observed = spaces.Dict({"b": spaces.Box(0, 9, (2,)), "a": spaces.Discrete(2)})
    observations = {"b": np.array([[3.0, 4.0]]), "a": np.array([1])}
    assert vector(observed, BUTTON, observations, [0]) == [[0, 1, 3, 4, 1, 0]]


def test_changes_and_the_end_come_after_the_action() -> None:
    observed = spaces.Dict({"b": spaces.Box(0, 9, (2,)), "a": spaces.Discrete(2)})
    spec = input_spec(observed, BUTTON, uses_next_observations=True)
    before = {"b": np.array([[3.0, 4.0]]), "a": np.array([1])}
    seen = {"b": np.array([[3.5, 2.0]]), "a": np.array([0])}
    ends = {"terminated": np.array([True]), "absorbing": np.array([False])}
    step = Transitions(before, np.array([0]), **ends, next_observations=seen)
    (row,) = spec.encode(step).vector.tolist()
    assert row == [0, 1, 3, 4, 1, 0, 1, -1, 0.5, -2, 1]
    assert spec.features == 8 + 2 + 1


def test_whether_a_step_is_absorbing_comes_last() -> None:
    spec = input_spec(
        spaces.Box(0, 9, (1,)), BUTTON, uses_next_observations=True, sees_absorbing=True
    )
    seen = np.array([[3.0], [3.0]])
    absorbing = np.array([False, True])
    both = Transitions(seen, np.array([1, 1]), ~absorbing, absorbing, next_observations=seen)
    assert spec.encode(both).vector.tolist() == [[3, 0, 1, 0, 1, 0], [3, 0, 1, 0, 0, 1]]
    assert (spec.features, spec.flags) == (6, 2)


def test_pictures_alone_are_told_apart_behind_an_end() -> None:
    picture = spaces.Box(0, 255, (16, 12, 3), np.uint8)
    spec = input_spec(picture, BUTTON, actions=False, sees_absorbing=True)
    seen, absorbing = np.zeros((2, 16, 12, 3), np.uint8), np.array([False, True])
    both = Transitions(seen, np.zeros(2, int), ~absorbing, absorbing)
    assert spec.encode(both).vector.tolist() == [[0], [1]]


def test_changes_that_are_not_given_are_refused() -> None:
    spec = input_spec(spaces.Box(0, 9, (1,)), BUTTON, uses_next_observations=True)
    with pytest.raises(ValueError, match="give it steps with next_observations"):
        spec.encode(steps(np.zeros((1, 1)), np.zeros(1)))


def test_changes_of_images_are_refused() -> None:
    with pytest.raises(ValueError, match="stack frames instead"):
        input_spec(spaces.Box(0, 255, (16, 12, 3), np.uint8), BUTTON, uses_next_observations=True)


@pytest.mark.parametrize("shape", [(16, 12, 3), (3, 16, 12)])
def test_images_go_apart_with_their_channels_first(shape: tuple[int, int, int]) -> None:
    observed = spaces.Dict({"eye": spaces.Box(0, 255, shape, np.uint8), "x": spaces.Box(0, 1)})
    image = np.random.default_rng(0).integers(0, 255, (2, *shape)).astype(np.uint8)
    spec = input_spec(observed, BUTTON)
    assert spec.images == ((3, 16, 12),) and spec.features == 1 + 2
    (encoded,) = spec.encode(steps({"eye": image, "x": np.zeros((2, 1))}, np.zeros(2))).images
    expected = image if shape[0] == 3 else image.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(encoded.numpy(), expected)


def test_images_too_small_for_a_convolution_are_vectors() -> None:
    observed = spaces.Box(0, 255, (4, 9, 3), np.uint8)
    spec = input_spec(observed, BUTTON)
    assert spec.images == () and spec.features == 4 * 9 * 3 + 2


def test_read_only_arrays_are_taken_and_not_shared() -> None:
    image = np.zeros((2, 3, 9, 9), np.uint8)
    actions = np.zeros((2, 2), np.float32)
    for array in (image, actions):
        array.flags.writeable = False
    spec = input_spec(spaces.Box(0, 255, (3, 9, 9), np.uint8), spaces.Box(-1, 1, (2,)))
    inputs = spec.encode(steps(image, actions))  # torch would warn of a read-only array
    inputs.vector.add_(1)
    inputs.images[0].add_(1)
    assert not image.any() and not actions.any()


def test_batches_of_no_steps_keep_their_width() -> None:
    observed = spaces.Dict({"m": spaces.MultiDiscrete([2, 2]), "x": spaces.Box(0, 1, (3,))})
    observations = {"m": np.zeros((0, 2), np.int64), "x": np.zeros((0, 3))}
    assert vector(observed, spaces.Box(0, 1, (2,)), observations, np.zeros((0, 2))) == []


@pytest.mark.parametrize(
    ("observed", "acted", "name"),
    [
        (spaces.Tuple([BUTTON]), BUTTON, r"observation space Tuple"),
        (spaces.Text(3), BUTTON, r"observation space Text"),
        (spaces.Dict({"a": spaces.Dict({"b": BUTTON})}), BUTTON, r"observation space Dict"),
        (BUTTON, spaces.Dict({"a": BUTTON}), r"action space Dict"),
    ],
)
def test_an_unsupported_space_is_named_with_those_that_are_supported(
    observed: Any, acted: Any, name: str
) -> None:
    with pytest.raises(ValueError, match=rf"{name}.*it reads Box, Discrete, MultiDiscrete"):
        input_spec(observed, acted)


def test_without_actions_only_what_is_seen_is_left() -> None:
    seen = input_spec(spaces.Box(0, 9, (2,)), BUTTON, actions=False)
    assert seen.encode(steps(np.array([[3.0, 4.0]]), [1])).vector.tolist() == [[3, 4]]
    picture = input_spec(spaces.Box(0, 255, (16, 12, 3), np.uint8), BUTTON, actions=False)
    inputs = picture.encode(steps(np.zeros((5, 16, 12, 3), np.uint8), np.zeros(5)))
    assert inputs.vector.shape == (5, picture.features) == (5, 0)
    assert inputs.images[0].shape == (5, 3, 16, 12)
