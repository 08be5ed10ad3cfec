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
from rlhf_gym.environments.lookup import frame_stack_of
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.wrappers.clip_recorder import ClipRecorder, KeptSteps


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


def buffer_of(recorder: ClipRecorder) -> ClipBuffer:
    assert isinstance(recorder.sink, ClipBuffer)
    return recorder.sink


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
    recorder = recorder_of(
        make_vec_env("CartPole-v1", n_envs=2, seed=0, horizon=30, keep_termination=False)
    )
    recorder.reset()
    played = act(recorder, 100)
    positions = buffer_of(recorder).positions(50, np.random.default_rng(1))
    for i in range(50):
        clip = buffer_of(recorder).clip(positions[i : i + 1])
        env, first = int(positions.env[i]), int(positions.first[i])
        for j in range(5):
            shown, actions, rewards, _ = played[first + j]
            np.testing.assert_array_equal(leaves(clip.observations)[0][j], shown[env])
            assert clip.actions[j] == actions[env]
            assert clip.true_rewards[j] == rewards[env]
        assert not any(played[first + j][3][env] for j in range(4))
        assert clip.start is not None and len(clip.start.actions) == first % 30


def test_a_pole_that_falls_ends_the_clip_at_the_step_of_the_fall() -> None:
    recorder = recorder_of(
        make_vec_env("CartPole-v1", n_envs=1, seed=0, horizon=60, keep_termination=False)
    )
    recorder.reset()
    rewards = np.array([step[2][0] for step in act(recorder, 60)])
    fall = int(np.flatnonzero(rewards == 0)[0]) - 1  # absorbing steps earn nothing
    for first, ended_at in ((fall - 4, 4), (fall - 2, 2), (fall, 0)):
        clip = buffer_of(recorder).clip(Positions(np.array([0]), np.array([first]), np.array([5])))
        assert (clip.ended, clip.ended_at) == ("terminated", ended_at)
    before = buffer_of(recorder).clip(Positions(np.array([0]), np.array([fall - 5]), np.array([5])))
    assert (before.ended, before.ended_at) == (None, None)


def test_steps_of_all_environments_and_time_are_counted() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=3, seed=0))
    recorder.reset()
    act(recorder, 10)
    assert recorder.agent_step == 30
    assert len(buffer_of(recorder)) == 30
    assert 0 < recorder.seconds < 10
    clip = buffer_of(recorder).clip(Positions(np.array([2]), np.array([5]), np.array([5])))
    assert clip.agent_step == 30


def test_no_clip_goes_on_across_a_reset_from_outside() -> None:
    recorder = recorder_of(make_vec_env("CartPole-v1", n_envs=2, seed=0))
    for _ in range(4):
        recorder.reset()
        act(recorder, 6)
    positions = buffer_of(recorder).positions(200, np.random.default_rng(0))
    assert set((positions.first % 6).tolist()) == {0, 1}


def test_later_changes_of_what_the_environment_showed_do_not_reach_the_clips() -> None:
    venv = make_vec_env("CartPole-v1", n_envs=1, seed=0)
    recorder = recorder_of(venv)
    shown: Any = recorder.reset()
    before = shown.copy()
    shown[:] = 7.0
    recorder.step(np.array([0]))
    kept = buffer_of(recorder).transitions(1, np.random.default_rng(0))
    np.testing.assert_array_equal(leaves(kept.observations)[0], before)


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
    positions = buffer_of(recorder).positions(30, np.random.default_rng(1))
    (batch,) = leaves(buffer_of(recorder).batch(positions)[0].observations)
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


# --- steps kept for another process


def stepped(recorder: ClipRecorder, actions: Any) -> None:
    recorder.reset()
    for action in actions:
        recorder.step(action)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "rlhf/MovingDot-v1"])
def test_steps_of_two_shares_make_the_clips_that_one_recorder_makes(env_id: str) -> None:
    whole = make_vec_env(env_id, 2, seed=0, horizon=40)
    direct = recorder_of(whole)
    rng = np.random.default_rng(0)
    actions = rng.integers(2, size=(60, 2))
    stepped(direct, actions)

    kept = [KeptSteps(), KeptSteps()]
    trainer = recorder_of(whole)
    for i, steps in enumerate(kept):
        share = ClipRecorder(make_vec_env(env_id, 1, seed=i, horizon=40), steps)
        stepped(share, actions[:, i : i + 1])
    trainer.begin_episodes()
    for parts in zip(*(steps.take() for steps in kept), strict=True):
        trainer.add_recorded(parts)

    assert trainer.agent_step == direct.agent_step == 120
    ours, theirs = (buffer_of(recorder).state() for recorder in (trainer, direct))
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"extra_bytes", "extra_sizes"}:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert not kept[0].take()


@pytest.mark.parametrize("keeps_next", [False, True])
def test_the_newest_step_says_what_was_absorbing_as_the_buffer_does(keeps_next: bool) -> None:
    venv = make_vec_env("CartPole-v1", 2, seed=0, horizon=60, keep_termination=False)
    kept = KeptSteps(keeps_next)
    recorder = ClipRecorder(venv, kept)
    direct = recorder_of(recorder)
    direct.reset()
    absorbing = []
    for _ in range(130):
        direct.step(np.array([1, 0]))
        assert recorder.newest is not None and direct.newest is not None
        np.testing.assert_array_equal(recorder.newest.absorbing, direct.newest.absorbing)
        assert (recorder.newest.next_observations is not None) == keeps_next
        absorbing.append(recorder.newest.absorbing)
    assert 0 < np.mean(absorbing) < 1
    newest = buffer_of(direct).transitions(2000, np.random.default_rng(0), newest=20)
    assert newest.absorbing.mean() == pytest.approx(np.mean(absorbing[-10:]), abs=0.05)


def test_steps_that_are_kept_are_copies() -> None:
    kept = KeptSteps()
    stepped(ClipRecorder(make_vec_env("CartPole-v1", 1, seed=0), kept), np.ones((3, 1), int))
    first = [leaves(step.transitions.observations)[0] for step in kept.take()]
    assert len({array.tobytes() for array in first}) == 3
