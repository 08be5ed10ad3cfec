"""Large data that is equal in many snapshots is kept once, and comes back."""

from __future__ import annotations

import json
import pickle
from collections import deque
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from builders import a_buffer
from stepping import add

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.packing import pack_clip, unpack_clip
from rlhf_gym.clips.plain_data import encode
from rlhf_gym.clips.shared_parts import Snapshot, parts_of
from rlhf_gym.clips.snapshots import restore, take, take_reset
from rlhf_gym.envs.step_notes import noted

PRICES = np.random.default_rng(0).normal(size=5_000)


class Market(gym.Env[np.ndarray[Any, Any], np.int64]):
    """Holds a table, in one form or another, and counts its days."""

    observation_space = gym.spaces.Box(-np.inf, np.inf, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, table: Any = PRICES) -> None:
        self.table = table

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.days = [0]
        return self._seen(), {}

    def step(self, action: np.int64) -> Any:
        self.days.append(len(self.days))
        return self._seen(), 0.0, False, False, {}

    def _seen(self) -> np.ndarray[Any, Any]:
        return np.array([self.days[-1]], np.float32)


def snapshots_of(env: gym.Env[Any, Any], count: int) -> list[bytes]:
    env.reset(seed=0)
    taken = []
    for _ in range(count):
        taken.append(take(env))
        env.step(np.int64(0))
    return taken


def distinct(snapshots: list[bytes]) -> set[str]:
    return {name for snapshot in snapshots for name in parts_of(snapshot)}


@pytest.mark.parametrize(
    "table",
    [
        PRICES,
        PRICES.reshape(50, 100)[:, ::2],
        PRICES.astype(">f4"),
        PRICES.astype("U8"),
        PRICES.tolist(),
        tuple(PRICES.tolist()),
        deque(PRICES.tolist(), 6_000),
        dict(enumerate(PRICES.tolist())),
        {f"day {day}": {"open": 1.0, "close": price} for day, price in enumerate(PRICES)},
        [[float(price)] * 20 for price in PRICES[:300]],
        PRICES.tobytes(),
        "a rule of the market; " * 1_000,
    ],
    ids=lambda table: type(table).__name__,
)
def test_a_large_table_of_any_form_is_shared_and_comes_back(table: Any) -> None:
    first, second = snapshots_of(Market(table), 2)
    assert len(distinct([first, second])) == 1
    assert first != second and max(len(first), len(second)) < 1_000
    other = Market(type(table)() if not isinstance(table, np.ndarray) else PRICES[:0])
    other.reset(seed=1)
    restore(other, second)
    assert type(other.table) is type(table) and other.days == [0, 1]
    if isinstance(table, np.ndarray):
        assert other.table.dtype == table.dtype and np.array_equal(other.table, table)
        assert other.table.flags.writeable
    else:
        assert other.table == table


def test_a_table_in_what_changes_is_shared_too() -> None:
    env = Market({"prices": PRICES, "names": ["a", "b"], "seen": 0})
    env.reset(seed=0)
    taken = []
    for seen in range(3):
        env.table["seen"] = seen
        taken.append(take(env))
    assert len(distinct(taken)) == 1 and len({*taken}) == 3
    restore(env, taken[1])
    assert env.table["seen"] == 1 and np.array_equal(env.table["prices"], PRICES)


def test_what_changes_in_a_table_is_there_as_it_was_then() -> None:
    env = Market(PRICES.copy())
    env.reset(seed=0)
    before = take(env)
    env.table[3] = 7.0
    after = take(env)
    assert len(distinct([before, after])) == 2
    restore(env, before)
    assert np.array_equal(env.table, PRICES)
    env.table[:] = 0.0  # the part is a copy
    restore(env, before)
    assert np.array_equal(env.table, PRICES)
    restore(env, after)
    assert env.table[3] == 7.0


def test_what_is_small_stays_in_the_text() -> None:
    taken = snapshots_of(Market(PRICES[:100]), 2)
    assert not distinct(taken) and type(taken[0]) is bytes


def test_of_data_that_is_not_plain_nothing_is_kept() -> None:
    assert not distinct(snapshots_of(Market([PRICES, object()]), 1))


def test_a_snapshot_of_the_first_release_is_restored() -> None:
    env = Market(PRICES[:0])
    env.reset(seed=0)
    layer = {"table": encode(PRICES), "days": [0, 1, 2]}
    restore(env, json.dumps({"layers": [["Market", layer]], "reset": None}).encode())
    assert np.array_equal(env.table, PRICES) and env.days == [0, 1, 2]


def test_large_options_of_a_reset_are_shared() -> None:
    env = Market()
    snapshot = take_reset(env, 1, {"prices": PRICES})
    assert len(parts_of(snapshot)) == 1 and len(snapshot) < 1_000
    restore(env, snapshot)


def test_a_snapshot_without_its_parts_is_refused() -> None:
    (snapshot,) = snapshots_of(Market(), 1)
    with pytest.raises(ValueError, match="no snapshot, or a broken one"):
        restore(Market(), bytes(snapshot))


def test_snapshots_are_sent_with_their_parts() -> None:
    (snapshot,) = snapshots_of(Market(), 1)
    sent = pickle.loads(pickle.dumps(snapshot))
    assert sent == snapshot and parts_of(sent) == parts_of(snapshot) != {}
    rewards = np.zeros(2, np.float32)
    clip = Clip(np.zeros(2), np.zeros(2), rewards, start=Start(snapshot, np.zeros(0)))
    start = unpack_clip(pack_clip(clip)).start
    assert start is not None and parts_of(start.snapshot) == parts_of(snapshot)


# --- in a buffer of clips


def fill(buffer: ClipBuffer, snapshots: list[list[bytes]]) -> None:
    """Step with one snapshot of each environment at each step."""
    n_envs = len(snapshots[0])
    for each in snapshots:
        nothing = np.zeros(n_envs)
        infos = [noted({}, snapshot=snapshot) for snapshot in each]
        add(buffer, nothing[:, None], nothing.astype(int), nothing, nothing.astype(bool), infos)


def test_a_buffer_keeps_equal_tables_of_all_environments_once() -> None:
    each = [snapshots_of(Market(PRICES.copy()), 40) for _ in range(2)]
    taken = [list(of_step) for of_step in zip(*each, strict=True)]
    buffer, bare = a_buffer(2, 2), a_buffer(2, 2)
    fill(buffer, taken)
    fill(bare, [[bytes(snapshot) for snapshot in of_step] for of_step in taken])
    assert buffer.nbytes - bare.nbytes == PRICES.nbytes
    starts = [
        buffer.clip(Positions(np.array([env]), np.array([first]), np.array([2]))).start
        for env, first in ((0, 3), (1, 30))
    ]
    (one,), (other,) = (list(parts_of(start.snapshot).values()) for start in starts if start)
    assert one is other


def test_a_table_that_no_snapshot_has_any_more_is_dropped() -> None:
    buffer = a_buffer(2, max_bytes=2**20)
    bound = 2**20 // 8
    for day in range(20):
        fill(buffer, [[snapshot] for snapshot in snapshots_of(Market(PRICES + day), 2)])
        assert buffer.nbytes < 2**20
    names = distinct([Snapshot(b"", parts) for parts in _parts_in(buffer)])
    assert 1 <= len(names) <= bound // PRICES.nbytes


def _parts_in(buffer: ClipBuffer) -> list[dict[str, bytes]]:
    state = buffer.state()
    sizes = np.cumsum(state["shared_sizes"])[:-1]
    content = np.split(state["shared_bytes"], sizes)
    return [dict(zip(state["shared_names"].tolist(), map(bytes, content), strict=True))]


def test_the_state_of_a_buffer_has_each_table_once() -> None:
    taken = [[snapshot] for snapshot in snapshots_of(Market(), 40)]
    buffer, again = a_buffer(2), a_buffer(2)
    fill(buffer, [*taken, [b"without"], [snapshots_of(Market(PRICES + 1), 1)[0]]])
    state = {name: array.copy() for name, array in buffer.state().items()}
    others = sum(state[name].nbytes for name in state if not name.startswith("extra"))
    assert sum(array.nbytes for array in state.values()) - others < 20_000
    assert state["shared_bytes"].nbytes == 2 * PRICES.nbytes
    again.load_state(state)
    assert again.nbytes == buffer.nbytes
    for first in (0, 39, 40):
        position = Positions(np.array([0]), np.array([first]), np.array([2]))
        start, expected = again.clip(position).start, buffer.clip(position).start
        assert start is not None and expected is not None
        assert start.snapshot == expected.snapshot
        assert parts_of(start.snapshot) == parts_of(expected.snapshot)
