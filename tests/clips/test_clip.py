"""Clip: what it refuses, and that nobody can change it afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import a_clip

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.observations import leaves, map_leaves


def full_clip(length: int = 3) -> Clip:
    """A clip with Dict observations and all that a clip can hold beside them."""
    return a_clip(
        *[0.5] * length,
        observations={"b": np.ones((length, 2)), "a": np.zeros((length, 1))},
        actions=np.arange(length),
        start=Start(b"state", np.zeros(2)),
        frames=np.zeros((length, 4, 4, 3), np.uint8),
    )


def test_length_and_true_return_count_the_steps() -> None:
    assert len(full_clip(3)) == 3
    assert full_clip(3).true_return == 1.5


def test_arrays_of_different_lengths_are_refused_with_their_lengths() -> None:
    with pytest.raises(ValueError, match=r"observations of \[2, 3\], 3 actions and 3 true"):
        replace(full_clip(3), observations={"a": np.zeros((3, 1)), "b": np.zeros((2, 1))})
    with pytest.raises(ValueError, match="4 actions and 3 true rewards"):
        replace(full_clip(3), actions=np.zeros(4))


def test_no_array_of_a_clip_can_be_written() -> None:
    clip = full_clip()
    assert clip.start is not None and clip.frames is not None
    arrays = [*leaves(clip.observations), clip.actions, clip.true_rewards]
    for array in (*arrays, clip.start.actions, clip.frames):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_clips_are_compared_by_identity_and_can_be_kept_in_a_set() -> None:
    one, other = full_clip(), full_clip()
    assert one == one and one != other
    assert len({one, other, one}) == 2


def test_leaves_come_in_the_order_of_their_keys() -> None:
    observations = {"b": np.array([2.0]), "a": np.array([1.0])}
    assert [leaf.item() for leaf in leaves(observations)] == [1.0, 2.0]
    doubled = map_leaves(lambda leaf: 2 * leaf, observations)
    assert isinstance(doubled, dict)
    assert {key: leaf.item() for key, leaf in doubled.items()} == {"b": 4.0, "a": 2.0}
    assert [leaf.item() for leaf in leaves(np.array([3.0]))] == [3.0]
