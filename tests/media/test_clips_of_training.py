"""Clips that were cut while agents act are drawn as the agents saw them."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from stable_baselines3.common.vec_env import SubprocVecEnv, VecEnv, VecFrameStack

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.environments.lookup import frame_stack_of, spec_json
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.media import draw
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.snapshots import ensure_drawable


def clips_of(venv: VecEnv, steps: int, length: int = 10) -> ClipBuffer:
    """What was recorded of random actions."""
    buffer = ClipBuffer(
        venv.observation_space,
        venv.action_space,
        venv.num_envs,
        length,
        max_bytes=2**24,
        frame_stack=frame_stack_of(venv),
    )
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    venv.action_space.seed(0)
    for _ in range(steps):
        recorder.step(np.array([venv.action_space.sample() for _ in range(venv.num_envs)]))
    return buffer


@pytest.mark.parametrize(
    "env_id", ["CartPole-v1", "Pendulum-v1", "MountainCar-v0", "Acrobot-v1", "rlhf/MovingDot-v1"]
)
def test_random_clips_of_several_episodes_can_be_drawn(env_id: str) -> None:
    venv = make_vec_env(env_id, n_envs=2, seed=3, horizon=150)
    buffer = clips_of(venv, steps=400)
    positions = buffer.positions(6, np.random.default_rng(0), drawable=True)
    for index in range(6):
        clip = buffer.clip(positions[index : index + 1])
        assert len(draw(clip, spec_json(venv))) == len(clip)


def test_clips_of_environments_in_other_processes_can_be_drawn() -> None:
    venv = make_vec_env("Pendulum-v1", n_envs=2, seed=3, vec_env_cls=SubprocVecEnv)
    buffer = clips_of(venv, steps=100)
    clip = buffer.clip(buffer.positions(1, np.random.default_rng(0)))
    assert draw(clip, spec_json(venv)).shape == (10, 500, 500, 3)
    venv.close()


def test_clips_of_stacked_frames_can_be_drawn() -> None:
    venv = VecFrameStack(make_vec_env("rlhf/MovingDot-v1", n_envs=2, seed=3), 3)
    buffer = clips_of(venv, steps=120)
    clip = buffer.clip(buffer.positions(1, np.random.default_rng(0)))
    assert np.asarray(clip.observations).shape == (10, 36, 36, 3)
    assert draw(clip, spec_json(venv)).shape == (10, 360, 360, 3)


def test_clips_of_what_cannot_be_restored_are_filmed_by_one_environment() -> None:
    venv = make_vec_env(lambda: CartPoleEnv(render_mode="rgb_array"), n_envs=2, seed=3, horizon=40)
    with pytest.warns(UserWarning, match="the first of its copies draws"):
        ensure_drawable(venv)
    buffer = clips_of(venv, steps=80)
    positions = buffer.positions(5, np.random.default_rng(0), drawable=True)
    assert len(positions) == 5 and not positions.env.any()
    assert draw(buffer.clip(positions[:1]), "").shape == (10, 400, 600, 3)
