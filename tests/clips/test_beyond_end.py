"""Clips go on beyond the end of an episode, where nothing happens any more."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from builders import NUMBER, a_buffer
from stepping import add

from rlhf_gym.clips.buffer import SHOW_END, ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import leaves

PAIR = gym.spaces.Dict(a=NUMBER, b=gym.spaces.Box(0, np.inf, (2,), np.float32))


def seen(number: float, space: gym.Space[Any] = NUMBER) -> Any:
    """What an environment shows that shows a number everywhere."""
    if isinstance(space, gym.spaces.Dict):
        return {key: seen(number, part) for key, part in space.items()}
    assert space.shape is not None
    return np.full((1, *space.shape), number, np.float32)


def play(buffer: ClipBuffer, episodes: list[int], *, terminated: bool, space: Any = NUMBER) -> None:
    """Steps that show 0, 1, 2, ... in episodes that last so many steps."""
    number = 0
    for length in episodes:
        for step in range(length):
            done = step == length - 1
            info = {"TimeLimit.truncated": True} if done and not terminated else {}
            add(
                buffer,
                seen(number, space),
                np.zeros(1, int),
                np.ones(1),
                np.array([done]),
                [info],
                next_observations=seen(number + 0.5, space),
            )
            number += 1


def clips(buffer: ClipBuffer, n: int = 300) -> list[Clip]:
    found = buffer.positions(n, np.random.default_rng(0))
    return [buffer.clip(found[i : i + 1]) for i in range(len(found))]


def test_some_clips_begin_so_late_that_an_end_cuts_them_short() -> None:
    buffer = a_buffer(clip_length=4, anchored=True)
    play(buffer, [10, 7], terminated=True)
    found = buffer.positions(4000, np.random.default_rng(0))
    short = found.length < 4
    assert short.mean() == pytest.approx(SHOW_END, abs=0.03)
    assert {(f, n) for _, f, n in found[np.flatnonzero(short)].triples()} == {
        *[(7, 3), (8, 2), (9, 1)],
        *[(14, 3), (15, 2), (16, 1)],
    }


def test_they_are_as_long_as_others_and_stand_still_at_what_was_seen_last() -> None:
    buffer = a_buffer(clip_length=4, anchored=True)
    play(buffer, [10], terminated=True)
    assert {len(clip) for clip in clips(buffer)} == {4}
    (clip,) = {int(c.ended_at): c for c in clips(buffer) if c.ended_at == 1}.values()
    assert leaves(clip.observations)[0][:, 0].tolist() == [8, 9, 9.5, 9.5]
    assert clip.transitions.terminated.tolist() == [False, True, False, False]
    assert clip.transitions.absorbing.tolist() == [False, False, True, True]
    assert clip.true_rewards.tolist() == [1, 1, 0, 0]


def test_an_episode_that_is_truncated_cuts_no_clip_short() -> None:
    buffer = a_buffer(clip_length=4, anchored=True)
    play(buffer, [10, 7], terminated=False)
    assert (buffer.positions(400, np.random.default_rng(0)).length == 4).all()


def test_where_ends_are_held_no_clip_goes_beyond_them() -> None:
    buffer = a_buffer(clip_length=4)
    play(buffer, [10, 2], terminated=True)
    assert {len(clip) for clip in clips(buffer)} == {4, 2}


@pytest.mark.parametrize("space", [NUMBER, PAIR])
def test_what_was_seen_last_is_in_the_state_of_a_buffer(space: Any) -> None:
    before, after = (a_buffer(clip_length=4, observed=space, anchored=True) for _ in range(2))
    play(before, [10, 7], terminated=True, space=space)
    after.load_state(before.state())
    for one, other in zip(clips(before, 50), clips(after, 50), strict=True):
        for a, b in zip(leaves(one.observations), leaves(other.observations), strict=True):
            np.testing.assert_array_equal(a, b)


def test_what_was_seen_last_stays_within_its_share_of_the_memory() -> None:
    pictures = gym.spaces.Box(0, 255, (100, 100), np.uint8)
    buffer = a_buffer(clip_length=2, observed=pictures, max_bytes=2**22, anchored=True)
    for _ in range(200):
        picture = np.zeros((1, 100, 100), np.uint8)
        add(
            buffer,
            picture,
            np.zeros(1, int),
            np.ones(1),
            np.array([True]),
            next_observations=picture,
        )
        assert buffer.nbytes <= 2**22
