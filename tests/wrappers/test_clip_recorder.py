"""ClipRecorder on Gymnasium's CartPole and on a small image environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecFrameStack

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.observations import leaves
from rlhf_gym.environments.checks import frame_stack_of
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.wrappers.clip_recorder import ClipRecorder


def recorder_of(venv: VecEnv, clip_length: int = 5) -> ClipRecorder:
    return ClipRecorder(
        venv,
        ClipBuffer(
            venv.observation_space,
            venv.action_space,
            venv.num_envs,
            clip_length,
            frame_stack=frame_stack_of(venv),
        ),
    )


def act(recorder: ClipRecorder, steps: int) -> list[Any]:
    """What was shown before each step, the actions, the rewards and the ends."""
    rng = np.random.default_rng(0)
    shown: Any = recorder.observations
    played = []
    for _ in range(steps):
        actions = rng.integers(recorder.action_space.n, size=recorder.num_envs)  # type: ignore[attr-defined]
        following: Any
        following, rewards, dones, _ = recorder.step(actions)
        played.append((shown, actions, rewards.copy(), dones.copy()))
        shown = following.copy()
    return played


def test_the_clips_are_what_the_environments_showed_did_and_earned() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=2, seed=0, horizon=30))
    recorder.reset()
    played = act(recorder, 100)
    positions = recorder.buffer.positions(50, np.random.default_rng(1))
    for i in range(50):
        clip = recorder.buffer.clip(positions[i : i + 1])
        env, first = int(positions.env[i]), int(positions.first[i])
        for j in range(5):
            shown, actions, rewards, _ = played[first + j]
            np.testing.assert_array_equal(leaves(clip.observations)[0][j], shown[env])
            assert clip.actions[j] == actions[env]
            assert clip.true_rewards[j] == rewards[env]
        assert not any(played[first + j][3][env] for j in range(4))
        assert clip.start is not None and len(clip.start.actions) == first % 30


def test_a_pole_that_falls_ends_the_clip_at_the_step_of_the_fall() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=1, seed=0, horizon=60))
    recorder.reset()
    rewards = np.array([step[2][0] for step in act(recorder, 60)])
    fall = int(np.flatnonzero(rewards == 0)[0]) - 1  # held steps earn nothing
    for first, ended_at in ((fall - 4, 4), (fall - 2, 2), (fall, 0)):
        clip = recorder.buffer.clip(Positions(np.array([0]), np.array([first]), np.array([5])))
        assert (clip.ended, clip.ended_at) == ("terminated", ended_at)
    before = recorder.buffer.clip(Positions(np.array([0]), np.array([fall - 5]), np.array([5])))
    assert (before.ended, before.ended_at) == (None, None)


def test_steps_of_all_environments_and_time_are_counted() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=3, seed=0))
    recorder.reset()
    act(recorder, 10)
    assert recorder.agent_step == 30
    assert len(recorder.buffer) == 30
    assert 0 < recorder.seconds < 10
    clip = recorder.buffer.clip(Positions(np.array([2]), np.array([5]), np.array([5])))
    assert clip.agent_step == 30


def test_no_clip_goes_on_across_a_reset_from_outside() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=2, seed=0))
    for _ in range(4):
        recorder.reset()
        act(recorder, 6)
    positions = recorder.buffer.positions(200, np.random.default_rng(0))
    assert set((positions.first % 6).tolist()) == {0, 1}


def test_later_changes_of_what_the_environment_showed_do_not_reach_the_clips() -> None:
    venv = make_vec_env("CartPole-v1", n_envs=1, seed=0)
    recorder = recorder_of(venv)
    shown: Any = recorder.reset()
    before = shown.copy()
    shown[:] = 7.0
    recorder.step(np.array([0]))
    observations, *_ = recorder.buffer.transitions(1, np.random.default_rng(0))
    np.testing.assert_array_equal(leaves(observations)[0], before)


def stacked_dots() -> VecEnv:
    return VecFrameStack(make_vec_env("rlhf/MovingDot-v1", n_envs=2, seed=0, horizon=9), 3)


def stacked_pong() -> VecEnv:
    return make_vec_env("rlhf/Pong-v1", n_envs=2, seed=0, horizon=9)


@pytest.mark.parametrize("make", [stacked_dots, stacked_pong])
def test_stacked_images_come_back_as_the_agent_saw_them(make: Callable[[], VecEnv]) -> None:
    recorder = recorder_of(make())
    assert frame_stack_of(recorder.venv) is not None
    recorder.reset()
    played = act(recorder, 40)
    positions = recorder.buffer.positions(30, np.random.default_rng(1))
    (batch,) = leaves(recorder.buffer.batch(positions)[0])
    for i in range(30):
        for j in range(5):
            shown = played[int(positions.first[i]) + j][0]
            np.testing.assert_array_equal(batch[i, j], shown[positions.env[i]])


class Broken(gym.Env[Any, Any]):
    """Shows a number that is none from the third step on."""

    observation_space = gym.spaces.Dict({"x": gym.spaces.Box(-1, 1, (2,))})
    action_space = gym.spaces.Discrete(2)

    def __init__(self, wrong: float) -> None:
        self.wrong, self.steps = wrong, 0

    def _shown(self) -> dict[str, Any]:
        return {"x": np.array([0, self.wrong if self.steps >= 3 else 0], np.float32)}

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        return self._shown(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self._shown(), 0.0, False, False, {}


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_observation_that_is_no_finite_number_is_refused_where_it_stands(wrong: float) -> None:
    recorder = recorder_of(DummyVecEnv([lambda: Broken(0.0), lambda: Broken(wrong)]))
    recorder.reset()
    recorder.step(np.zeros(2, np.int64))
    recorder.step(np.zeros(2, np.int64))
    with pytest.raises(ValueError, match=rf"holds {wrong} \(environment 1, entry \[1\]\)"):
        recorder.step(np.zeros(2, np.int64))
