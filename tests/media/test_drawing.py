"""A clip is drawn from its start and actions, exactly as it happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import rlhf_gym  # noqa: F401
from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.last_seen import beyond_end
from rlhf_gym.clips.snapshots import take, take_reset
from rlhf_gym.media import ClipMismatch, Undrawable, draw
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon

Env = gym.Env[Any, Any]


def record(
    env: Env, length: int = 12, run_up: int = 0, action: Any = None, redo: bool = False
) -> tuple[Clip, str, list[Any]]:
    """A clip of some steps, the environment's specification, and the frames that were seen."""
    env.action_space.seed(1)
    snapshot = take_reset(env, 5, None) if redo else b""
    observation, _ = env.reset(seed=5)
    snapshot = snapshot or take(env)
    observations, actions, rewards, frames = [], [], [], []
    for _ in range(run_up + length):
        observations.append(observation)
        frames.append(env.render() if env.render_mode else None)
        actions.append(env.action_space.sample() if action is None else action)
        observation, reward, *_ = env.step(actions[-1])
        rewards.append(reward)
    clip = Clip(
        observations=np.array(observations[run_up:]),
        actions=np.array(actions[run_up:]),
        true_rewards=np.array(rewards[run_up:], dtype=np.float32),
        start=Start(snapshot, np.array(actions[:run_up])),
        env_id="rlhf/Test-v0",
    )
    assert env.spec
    return clip, env.spec.to_json(), frames[run_up:]


@pytest.mark.parametrize(
    "env_id",
    ["CartPole-v1", "Pendulum-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Acrobot-v1"],
)
@pytest.mark.parametrize("run_up", [0, 7])
def test_the_frames_are_those_of_the_training_environment(env_id: str, run_up: int) -> None:
    seen = record(FixedHorizon(gym.make(env_id, render_mode="rgb_array")), 6, run_up)[2]
    clip, spec_json, _ = record(FixedHorizon(gym.make(env_id)), 6, run_up)
    frames = draw(clip, spec_json)
    assert frames.dtype == np.uint8 and frames.shape[0] == 6 and frames.shape[3] == 3
    assert all(np.array_equal(a, b) for a, b in zip(frames, seen, strict=True))


@pytest.mark.parametrize("env_id", ["rlhf/SupportChat-v1", "rlhf/Moderation-v1"])
def test_a_clip_of_text_is_one_picture_of_all_that_was_said_in_it(env_id: str) -> None:
    clip, spec_json, _ = record(gym.make(env_id), 5, 2)
    (frame,) = draw(clip, spec_json)
    env: Any = gym.make(env_id)
    env.reset(seed=5)
    env.action_space.seed(1)
    for _ in range(7):
        env.step(env.action_space.sample())
    assert np.array_equal(frame, env.unwrapped.transcript(5))
    assert len(frame) > len(env.unwrapped.transcript(2)) > 200


@pytest.mark.parametrize("env_id", ["CartPole-v1", "rlhf/Melody-v1"])
def test_every_third_frame_is_drawn_where_nobody_would_see_the_others(env_id: str) -> None:
    clip, spec_json, _ = record(gym.make(env_id), length=8, run_up=2)
    np.testing.assert_array_equal(draw(clip, spec_json, every=3), draw(clip, spec_json)[::3])
    filmed = replace(clip, start=None, frames=draw(clip, spec_json))
    np.testing.assert_array_equal(draw(filmed, "", every=3), draw(clip, spec_json)[::3])


def test_a_clip_is_drawn_from_the_reset_of_its_episode() -> None:
    clip, spec_json, _ = record(gym.make("Pendulum-v1"), run_up=9, redo=True)
    direct = record(gym.make("Pendulum-v1"), run_up=9)[0]
    assert np.array_equal(draw(clip, spec_json), draw(direct, spec_json))


@pytest.mark.parametrize(("run_up", "length"), [(0, 4), (7, 4), (36, 4)])
def test_what_came_of_an_action_is_drawn_where_the_environment_wants_that(
    run_up: int, length: int
) -> None:
    env_id = "rlhf/Melody-v1"
    longer = record(gym.make(env_id, render_mode="rgb_array"), length + 1, run_up)[2]
    clip, spec_json, _ = record(gym.make(env_id), length, run_up)
    frames = draw(clip, spec_json)
    assert len(frames) == length
    assert all(np.array_equal(a, b) for a, b in zip(frames, longer[1:], strict=True))


def test_the_end_of_an_episode_is_held() -> None:
    env = FixedHorizon(gym.make("CartPole-v1"))
    clip, spec_json, _ = record(env, length=20, action=np.int64(1))
    frames = draw(clip, spec_json)
    fall = 1 + int(np.flatnonzero(clip.true_rewards)[-1])
    assert fall < 15
    assert not np.array_equal(frames[fall - 3], frames[fall])
    assert all(np.array_equal(frames[fall], frame) for frame in frames[fall:])


def test_beyond_the_end_of_an_episode_its_last_picture_is_held() -> None:
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    clip, spec_json, seen = record(env, length=9, action=np.int64(1))
    last, picture = np.array(env.unwrapped.state, np.float32), env.render()  # type: ignore[attr-defined]
    clip = replace(clip, ended="terminated", ended_at=8)
    frames = draw(beyond_end(clip, 3, last[None]), spec_json)
    assert len(frames) == 12
    assert all(np.array_equal(a, b) for a, b in zip(frames[:9], seen, strict=True))
    assert not np.array_equal(frames[8], frames[9])
    assert all(np.array_equal(np.asarray(picture), frame) for frame in frames[9:])


def test_a_clip_that_begins_in_a_held_state_shows_it() -> None:
    env = FixedHorizon(gym.make("CartPole-v1"))
    clip, spec_json, _ = record(env, length=5, run_up=30, action=np.int64(1))
    frames = draw(clip, spec_json)
    assert all(np.array_equal(frames[0], frame) for frame in frames)


def test_a_clip_of_one_step_can_be_drawn() -> None:
    clip, spec_json, _ = record(gym.make("Pendulum-v1"), length=1)
    assert draw(clip, spec_json).shape == (1, 500, 500, 3)


def test_small_pictures_are_enlarged_by_a_whole_factor() -> None:
    clip, _, _ = record(gym.make("CartPole-v1"), length=2)
    small = np.arange(2 * 36 * 40 * 3, dtype=np.uint32).astype(np.uint8).reshape(2, 36, 40, 3)
    frames = draw(replace(clip, frames=small), "")
    assert frames.shape == (2, 252, 280, 3)
    assert np.array_equal(frames[:, ::7, ::7], small) and np.array_equal(
        frames[:, 6::7, 6::7], small
    )


def test_stacked_frames_are_checked_by_their_newest_one() -> None:
    clip, spec_json, _ = record(gym.make("rlhf/MovingDot-v1"), length=6)
    plain = np.asarray(clip.observations)
    older = np.zeros_like(plain)
    for stacked in (
        np.concatenate([older, older, plain], axis=3),
        np.concatenate([older, plain], axis=1),
    ):
        assert draw(replace(clip, observations=stacked), spec_json).shape == (6, 360, 360, 3)
    with pytest.raises(ClipMismatch):
        draw(replace(clip, observations=np.concatenate([plain, older], axis=3)), spec_json)


def test_a_difference_from_the_record_is_an_error_that_names_the_step() -> None:
    clip, spec_json, _ = record(gym.make("CartPole-v1"))
    changed = np.array(clip.observations)
    changed[4, 2] += np.float32(1e-6)
    with pytest.raises(ClipMismatch, match="at step 4 of the clip"):
        draw(replace(clip, observations=changed), spec_json)


def test_a_snapshot_of_another_environment_is_an_error() -> None:
    clip, _, _ = record(gym.make("CartPole-v1"))
    spec_json = record(gym.make("Acrobot-v1"))[1]
    with pytest.raises(ClipMismatch, match="CartPoleEnv"):
        draw(clip, spec_json)


def test_what_is_missing_is_said_with_the_remedy() -> None:
    clip, spec_json, _ = record(gym.make("CartPole-v1"))
    with pytest.raises(Undrawable, match="rlhf_gym.make_vec_env"):
        draw(replace(clip, start=None), spec_json)
    with pytest.raises(Undrawable, match="gymnasium.register"):
        draw(clip, "")


class Blind(gym.Env[Any, Any]):
    """An environment without pictures."""

    metadata = {"render_modes": ["ansi"]}
    observation_space = gym.spaces.Box(0, 1, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action: Any) -> Any:
        return np.zeros(1, np.float32), 0.0, False, False, {}


def test_an_environment_without_pictures_is_named_with_its_modes() -> None:
    gym.register("rlhf-test/Blind-v0", f"{__name__}:Blind")
    try:
        clip, spec_json, _ = record(gym.make("rlhf-test/Blind-v0"))
        with pytest.raises(Undrawable, match=r"Blind-v0 draws no pictures.*\['ansi'\]"):
            draw(clip, spec_json)
    finally:
        del gym.registry["rlhf-test/Blind-v0"]
