"""EpisodeEnds: where episodes begin and end, and where clips can lie in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rlhf_gym.clips.episodes import EpisodeEnds, Positions
from rlhf_gym.clips.steps import vec_step
from rlhf_gym.envs.step_notes import noted

LANDING: list[dict[str, Any]] = [
    {},
    {},
    {},
    noted({}, ended="terminated"),
    noted({}, absorbing=True),
    noted({}, absorbing=True),
]
"""Four steps, of which the last ends the episode, and two that are absorbing."""


def marks_of(episodes: list[list[dict[str, Any]]], capacity: int = 50) -> EpisodeEnds:
    """Of one environment."""
    marks = EpisodeEnds(capacity, 1)
    for infos in episodes:
        for i, info in enumerate(infos):
            done = np.array([i == len(infos) - 1])
            nothing = np.zeros(1)
            marks.add(vec_step(nothing, nothing, nothing, nothing, done, [info], keep_next=False))
    return marks


def found(marks: EpisodeEnds, length: int, absorbing: bool = False, history: int = 0) -> list[Any]:
    clips = marks.clips(length, newest=1000, history=history, absorbing=absorbing)
    return [(first, number) for _, first, number in clips.triples()]


def test_clips_lie_within_one_episode_and_do_not_start_after_its_end() -> None:
    marks = marks_of([LANDING, LANDING])
    assert found(marks, 3) == [(0, 3), (1, 3), (2, 3), (3, 3), (6, 3), (7, 3), (8, 3), (9, 3)]
    assert found(marks, 2, absorbing=True) == [(4, 2), (10, 2)]
    assert found(marks, 3, absorbing=True) == []


def test_an_episode_that_is_shorter_than_a_clip_is_one_clip() -> None:
    assert found(marks_of([[{}, {}], [{}] * 3]), 3) == [(0, 2), (2, 3)]


def test_what_was_overwritten_is_no_part_of_a_clip_nor_of_what_it_needs_before_it() -> None:
    marks = marks_of([[{}] * 8], capacity=5)
    assert found(marks, 2) == [(3, 2), (4, 2), (5, 2), (6, 2)]
    assert found(marks, 2, history=2) == [(5, 2), (6, 2)]


def test_a_clip_shows_an_end_where_the_episode_ends_in_it_but_not_by_a_time_limit() -> None:
    marks = marks_of([LANDING, [{}, {"TimeLimit.truncated": True}]])
    clips = Positions(np.zeros(5, int), np.array([0, 1, 2, 4, 6]), np.full(5, 2))
    assert marks.show_end(clips).tolist() == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([0, 1], (None, None)), ([2, 3, 4], ("terminated", 1)), ([4, 5], ("terminated", -1)),
     ([6, 7], ("truncated", 1))],
)  # fmt: skip
def test_it_tells_why_and_where_an_episode_ended(rows: list[int], expected: Any) -> None:
    marks = marks_of([LANDING, [{}, {"TimeLimit.truncated": True}]])
    assert marks.end(0, np.array(rows)) == expected
