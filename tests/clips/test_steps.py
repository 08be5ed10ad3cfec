"""Transitions, and how steps of vector environments end, from numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.steps import Transitions, end_of, joined_steps, vec_step
from rlhf_gym.envs.step_notes import noted, notes_of

INFOS: list[dict[str, Any]] = [
    {},
    {"terminal_observation": np.array([9.0])},
    {"terminal_observation": np.array([8.0]), "TimeLimit.truncated": True},
    noted({}, ended="terminated"),
    noted({}, ended="truncated"),
    noted({}, absorbing=True),
    noted({"terminal_observation": np.array([7.0])}, absorbing=True),
]
"""Goes on; terminates; is truncated; terminates, or is truncated, before the horizon; is absorbing,
also in the last step before a reset."""
DONES = np.array([False, True, True, False, False, False, True])


def step_of(n: int = len(INFOS), keep_next: bool = True) -> Any:
    before, after = np.arange(n)[:, None] * 1.0, 10.0 + np.arange(n)[:, None]
    return vec_step(
        before, np.zeros(n), after, np.ones(n), DONES[:n], INFOS[:n], keep_next=keep_next
    )


def test_each_step_terminates_or_is_truncated_or_is_absorbing_or_none_of_these() -> None:
    step = step_of()
    assert np.flatnonzero(step.transitions.terminated).tolist() == [1, 3]
    assert np.flatnonzero(step.truncated).tolist() == [2, 4]
    assert np.flatnonzero(step.transitions.absorbing).tolist() == [5, 6]


def test_what_was_seen_after_a_step_is_of_its_own_episode() -> None:
    assert step_of().transitions.next_observations[:, 0].tolist() == [10, 9, 8, 13, 14, 15, 7]
    assert step_of(keep_next=False).transitions.next_observations is None


def test_dict_observations_after_a_step_are_of_its_own_episode_and_nothing_is_written() -> None:
    shown = {"x": np.array([[1.0], [2.0]])}
    infos: list[Any] = [{}, {"terminal_observation": {"x": np.array([5.0])}}]
    step = vec_step(shown, np.zeros(2), shown, np.zeros(2), np.array([False, True]), infos)
    seen: Any = step.transitions.next_observations
    assert seen["x"].tolist() == [[1.0], [5.0]] and shown["x"].tolist() == [[1.0], [2.0]]


def test_without_infos_every_episode_that_is_over_terminated() -> None:
    step = vec_step(np.zeros(2), np.zeros(2), None, np.zeros(2), DONES[:2], keep_next=False)
    assert step.transitions.terminated.tolist() == [False, True]
    assert not step.truncated.any() and not step.transitions.absorbing.any()


@pytest.mark.parametrize(
    ("done", "info", "end"),
    [
        (False, {}, None),
        (True, {}, "terminated"),
        (True, {"TimeLimit.truncated": True}, "truncated"),
        (False, noted({}, ended="truncated"), "truncated"),
        (True, noted({}, absorbing=True), None),
        (True, {"ended": "of its own accord"}, "terminated"),
    ],
)
def test_a_step_says_how_it_ended_its_episode(done: bool, info: Any, end: str | None) -> None:
    assert end_of(done, info) == end


@pytest.mark.parametrize("keep_next", [False, True])
def test_steps_of_groups_of_environments_are_joined_in_their_order(keep_next: bool) -> None:
    whole, first = step_of(keep_next=keep_next), step_of(3, keep_next)
    rest = vec_step(
        whole.transitions.observations[3:],
        np.zeros(4),
        10.0 + np.arange(3, 7)[:, None],
        np.ones(4),
        DONES[3:],
        INFOS[3:],
        keep_next=keep_next,
    )
    joined = joined_steps([first, rest])
    pairs = zip(joined.transitions.arrays(), whole.transitions.arrays(), strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)
    np.testing.assert_array_equal(joined.truncated, whole.truncated)
    assert (
        list(joined.notes) == [notes_of(info) for info in INFOS]
        and joined.dones.tolist() == DONES.tolist()
    )


# --- transitions


def some(n: int) -> Transitions:
    seen = {"x": np.arange(2.0 * n).reshape(n, 2), "goal": np.arange(n)}
    after = {"x": -np.arange(2.0 * n).reshape(n, 2), "goal": -np.arange(n)}
    return Transitions(seen, np.arange(n) * 10, np.arange(n) % 2 == 1, np.arange(n) == 3, after)


def test_steps_are_chosen_by_an_index_as_arrays_are() -> None:
    chosen = some(6)[np.array([3, 1])]
    observations: Any = chosen.observations
    assert observations["goal"].tolist() == [3, 1] and chosen.actions.tolist() == [30, 10]
    assert chosen.terminated.tolist() == [True, True]
    assert chosen.absorbing.tolist() == [True, False]
    assert len(chosen) == 2 and len(some(6)[:0]) == 0


def test_clips_are_made_flat_and_steps_are_cut_into_clips() -> None:
    clips = some(6).in_clips(3)
    assert [array.shape for array in clips.arrays()] == [
        (2, 3), (2, 3, 2), (2, 3), (2, 3), (2, 3), (2, 3), (2, 3, 2)
    ]  # fmt: skip
    pairs = zip(clips.flat().arrays(), some(6).arrays(), strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)


def test_steps_within_episodes_end_nothing() -> None:
    steps = Transitions.within_episodes(np.zeros((4, 2)), np.zeros(4))
    assert not steps.terminated.any() and not steps.absorbing.any()
    assert steps.next_observations is None


@pytest.mark.parametrize(
    ("ended", "ended_at", "terminated", "absorbing"),
    [
        (None, None, [0, 0, 0, 0], [0, 0, 0, 0]),
        ("terminated", 1, [0, 1, 0, 0], [0, 0, 1, 1]),
        ("truncated", 1, [0, 0, 0, 0], [0, 0, 1, 1]),
        ("terminated", 3, [0, 0, 0, 1], [0, 0, 0, 0]),
        ("terminated", -1, [0, 0, 0, 0], [1, 1, 1, 1]),
    ],
)
def test_a_clip_knows_which_of_its_steps_ended_the_episode_and_which_came_after(
    ended: str | None, ended_at: int | None, terminated: list[int], absorbing: list[int]
) -> None:
    numbers = np.arange(4, dtype=np.float32)
    steps = Clip(numbers[:, None], numbers, numbers.copy(), ended, ended_at).transitions
    assert steps.terminated.tolist() == [bool(each) for each in terminated]
    assert steps.absorbing.tolist() == [bool(each) for each in absorbing]
