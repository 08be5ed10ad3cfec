"""SnapshotRecorder puts into the info what a clip needs to be drawn again."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.vec_env import DummyVecEnv

from rlhf_gym import make_env
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.snapshots import Kind, restore
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.snapshots import SnapshotRecorder, ensure_drawable


def infos(env: gym.Env[Any, Any], steps: int) -> list[dict[str, Any]]:
    return [env.step(0)[4] for _ in range(steps)]


def test_a_state_is_recorded_every_so_many_steps_of_an_episode() -> None:
    env = SnapshotRecorder(gym.make("Pendulum-v1"), "state", every=3)
    for _ in range(2):
        env.reset()
        noted = [
            notes_of(env.step(np.zeros(1, np.float32))[4]).snapshot is not None for _ in range(7)
        ]
        assert noted == [True, False, False, True, False, False, True]


def test_the_snapshot_is_of_the_state_before_the_step() -> None:
    env, other = SnapshotRecorder(gym.make("CartPole-v1"), "state"), gym.make("CartPole-v1")
    env.reset(seed=3)
    observation, _, _, _, info = env.step(1)
    other.reset(seed=4)
    restore(other, notes_of(info).snapshot or b"")
    assert np.array_equal(other.step(1)[0], observation)


def test_an_episode_is_recorded_once_and_redone_from_its_seed() -> None:
    env, other = SnapshotRecorder(gym.make("CartPole-v1"), "episode"), gym.make("CartPole-v1")
    env.reset(seed=3)
    first = infos(env, 5)
    assert [notes_of(info).snapshot is not None for info in first] == [True] + [False] * 4
    start, _ = env.reset()
    observation, _, _, _, info = env.step(1)
    restore(other, notes_of(info).snapshot or b"")
    assert np.array_equal(other.step(1)[0], observation)
    assert notes_of(info).snapshot != notes_of(first[0]).snapshot


def test_the_seeds_of_later_episodes_follow_from_the_first_one() -> None:
    starts = []
    for _ in range(2):
        env = SnapshotRecorder(gym.make("CartPole-v1"), "episode")
        env.reset(seed=3)
        starts.append(np.concatenate([env.reset()[0], env.reset()[0]]))
    assert np.array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0][:4], starts[0][4:])


def test_a_camera_films_what_is_seen_before_each_step() -> None:
    env = SnapshotRecorder(gym.make("rlhf/MovingDot-v1", render_mode="rgb_array"), "camera")
    env.reset(seed=3)
    assert notes_of(env.step(0)[4]).frame is None
    env.film()
    before = env.render()
    _, _, _, _, info = env.step(1)
    assert np.array_equal(np.asarray(notes_of(info).frame), np.asarray(before))
    assert not np.array_equal(np.asarray(notes_of(info).frame), np.asarray(env.render()))


def test_a_camera_without_pictures_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="render_mode='rgb_array'"):
        SnapshotRecorder(gym.make("CartPole-v1"), "camera").film()


def test_every_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1 step, but it is 0"):
        SnapshotRecorder(gym.make("CartPole-v1"), "state", every=0)


def vector(kind: Kind, n_envs: int = 2) -> DummyVecEnv:
    def make() -> gym.Env[Any, Any]:
        return SnapshotRecorder(gym.make("CartPole-v1", render_mode="rgb_array"), kind)

    return DummyVecEnv([make] * n_envs)


def test_only_the_first_of_several_environments_films() -> None:
    venv = vector("camera")
    with pytest.warns(UserWarning, match="cannot be brought back"):
        ensure_drawable(venv)
    venv.reset()
    assert [notes_of(info).frame is not None for info in venv.step(np.zeros(2, int))[3]] == [
        True,
        False,
    ]


def test_what_can_be_restored_is_not_filmed() -> None:
    venv = vector("state")
    ensure_drawable(venv)
    venv.reset()
    assert [notes_of(info).snapshot is not None for info in venv.step(np.zeros(2, int))[3]] == [
        True
    ] * 2


def test_environments_without_a_recorder_are_refused_with_the_remedy() -> None:
    venv = DummyVecEnv([lambda: gym.make("CartPole-v1")])
    with pytest.raises(ValueError, match="build them with rlhf_gym.make_vec_env"):
        ensure_drawable(venv)


class Chat(gym.Env[Any, Any]):
    """Draws the number of steps so far as brightness."""

    metadata = {"render_modes": ["rgb_array"], "transcript": True}
    observation_space = action_space = gym.spaces.Discrete(2)
    render_mode = "rgb_array"
    steps = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.steps = 0
        return 0, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.steps += 1
        return 0, 0.0, False, False, {}

    def render(self) -> Any:
        return np.full((40, 40, 3), self.steps, np.uint8)


def test_a_filmed_clip_of_text_is_the_picture_after_its_last_step() -> None:
    env = SnapshotRecorder(Chat(), "camera")
    env.film()
    venv = DummyVecEnv([lambda: env])
    buffer = ClipBuffer(venv.observation_space, venv.action_space, 1, 3, transcript=True)
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    for _ in range(3):
        recorder.step(np.zeros(1, np.int64))
    frames = buffer.clip(buffer.positions(1, np.random.default_rng(0))).frames
    assert frames is not None and frames.shape == (1, 40, 40, 3) and frames.max() == 3


@pytest.mark.parametrize("env_id", ["LunarLander-v3", "Hopper-v5"])
def test_after_the_same_seed_the_same_is_noted_and_redone_exactly(env_id: str) -> None:
    env, other = make_env(env_id), make_env(env_id)
    action = env.action_space.sample()
    other.reset(seed=9)
    for _ in range(5):  # another history
        other.step(action)
    for each in (env, other):
        each.reset(seed=3)
    seen, once = env.step(action), other.step(action)
    assert np.array_equal(seen[0], once[0]) and seen[4] == once[4]
    bare = other.get_wrapper_attr("env")
    other.reset()
    restore(bare, notes_of(seen[4]).snapshot or b"")
    assert np.array_equal(bare.step(action)[0], seen[0])


@pytest.mark.filterwarnings("ignore")  # of its own advice
@pytest.mark.parametrize("env_id", ["LunarLander-v3", "CartPole-v1", "FrozenLake-v1"])
def test_gymnasiums_own_checks_pass_on_what_is_recorded(env_id: str) -> None:
    check_env(make_env(env_id), skip_render_check=True)
