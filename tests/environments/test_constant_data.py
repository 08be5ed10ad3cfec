"""What an environment holds and never changes is once in a store and in a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common.vec_env import DummyVecEnv

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.plain_data import decode, encode
from rlhf_gym.clips.snapshots import restore
from rlhf_gym.environments.vec_env import restore_vec_env, vec_env_state
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.query import Query
from rlhf_gym.wrappers.snapshots import SnapshotRecorder

PRICES = 20_000


class Market(gym.Env[np.ndarray[Any, Any], np.int64]):
    """Buy or not, at prices that are known beforehand."""

    observation_space = gym.spaces.Box(-np.inf, np.inf, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def __init__(self) -> None:
        self.prices = np.random.default_rng(0).normal(size=PRICES)
        self.day = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.day = int(self.np_random.integers(PRICES // 2))
        return self._seen(), {}

    def step(self, action: np.int64) -> Any:
        self.day += 1
        return self._seen(), float(action * self.prices[self.day]), False, False, {}

    def _seen(self) -> np.ndarray[Any, Any]:
        return self.prices[self.day : self.day + 1].astype(np.float32)


def market() -> SnapshotRecorder[Any, Any]:
    return SnapshotRecorder(Market(), "state", every=1)


def a_clip(recorded: dict[str, Any]) -> Clip:
    snapshot = notes_of(recorded).snapshot
    assert snapshot is not None
    rewards = np.zeros(2, np.float32)
    return Clip(np.zeros(2), np.zeros(2), rewards, start=Start(snapshot, np.zeros(0)))


def test_a_store_of_many_clips_holds_it_once(tmp_path: Path) -> None:
    env = market()
    env.reset(seed=0)
    expected = [env.step(np.int64(1)) for _ in range(20)]
    clips = [a_clip(info) for *_, info in expected]
    path = tmp_path / "feedback.db"
    with FeedbackStore.create(path, environment=EnvironmentRecord("Market-v0")) as store:
        for first, second in zip(clips[::2], clips[1::2], strict=True):
            store.add_queries([Query((first, second))])
        start = store.query(8).clips[1].start
    assert path.stat().st_size < 3 * env.unwrapped.prices.nbytes  # type: ignore[attr-defined]
    other = market()
    other.reset(seed=1)
    assert start is not None
    restore(other.env, start.snapshot)
    assert other.step(np.int64(1))[:2] == expected[15][:2]


def test_the_state_of_all_environments_holds_it_once() -> None:
    venv, again = DummyVecEnv([market] * 4), DummyVecEnv([market] * 4)
    for each, seed in ((venv, 0), (again, 7)):
        each.seed(seed)
        each.reset()
    venv.step(np.ones(4, int))
    written = json.dumps(encode(vec_env_state(venv)))
    assert len(written) < 2 * 8 * PRICES
    assert restore_vec_env(again, decode(json.loads(written)))
    expected, found = venv.step(np.ones(4, int)), again.step(np.ones(4, int))
    for before, after in zip(expected[:2], found[:2], strict=True):
        np.testing.assert_array_equal(after, before)
