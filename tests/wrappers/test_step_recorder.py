"""Steps recorded in one process and added to the clips of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import make_vec_env
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import leaves
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.step_recorder import StepRecorder


def buffer_of(venv: VecEnv) -> ClipBuffer:
    return ClipBuffer(venv.observation_space, venv.action_space, venv.num_envs, 10)


def stepped(venv: VecEnv, actions: Any) -> None:
    venv.reset()
    for action in actions:
        venv.step(action)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "rlhf/MovingDot-v1"])
def test_steps_of_two_shares_make_the_clips_that_one_recorder_makes(env_id: str) -> None:
    whole = make_vec_env(env_id, 2, seed=0, horizon=40)
    direct = ClipRecorder(whole, buffer_of(whole))
    rng = np.random.default_rng(0)
    actions = rng.integers(2, size=(60, 2))
    stepped(direct, actions)

    shares = [StepRecorder(make_vec_env(env_id, 1, seed=seed, horizon=40)) for seed in (0, 1)]
    trainer = ClipRecorder(whole, buffer_of(whole))
    for i, share in enumerate(shares):
        stepped(share, actions[:, i : i + 1])
    trainer.begin_episodes()
    for parts in zip(*(share.take_recorded() for share in shares), strict=True):
        trainer.add_recorded(parts)

    assert trainer.agent_step == direct.agent_step == 120
    ours, theirs = (recorder.buffer.state() for recorder in (trainer, direct))
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"extra_bytes", "extra_sizes"}:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert not shares[0].take_recorded()


def test_held_states_are_told_from_others_as_the_buffer_tells_them() -> None:
    venv = make_vec_env("CartPole-v1", 2, seed=0, horizon=60)
    recorder = StepRecorder(venv)
    direct = ClipRecorder(recorder, buffer_of(venv))
    direct.reset()
    held = []
    for _ in range(130):
        direct.step(np.array([1, 0]))
        np.testing.assert_array_equal(recorder.held, direct.buffer.held)
        held.append(recorder.held.copy())
    assert 0 < np.mean(held) < 1


def test_what_is_recorded_are_copies() -> None:
    recorder = StepRecorder(make_vec_env("CartPole-v1", 1, seed=0))
    stepped(recorder, np.ones((3, 1), int))
    steps = recorder.take_recorded()
    first = [leaves(step.observations)[0] for step in steps]
    assert len({array.tobytes() for array in first}) == 3
