"""Wrappers around the vector environment change what it shows: clips hold what the agent saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.pendulum import PendulumEnv
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecEnv,
    VecEnvWrapper,
    VecExtractDictObs,
    VecFrameStack,
    VecTransposeImage,
)

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.packing import pack_clip, unpack_clip
from rlhf_gym.clips.steps import vec_step
from rlhf_gym.environments.lookup import frame_stack_of, spec_json
from rlhf_gym.media import ClipMismatch, draw

STEPS, LENGTH = 70, 6


class Backwards(VecEnvWrapper):
    """Shows observations with the other sign, and turns actions around."""

    def reset(self) -> Any:
        return -np.asarray(self.venv.reset())

    def step_async(self, actions: Any) -> None:
        self.venv.step_async(-actions)

    def step_wait(self) -> Any:
        observations, rewards, dones, infos = self.venv.step_wait()
        for info in infos:
            if "terminal_observation" in info:
                info["terminal_observation"] = -info["terminal_observation"]
        return -np.asarray(observations), rewards, dones, infos


class Twice(VecEnvWrapper):
    """Takes the fourth action twice."""

    taken = 0

    def reset(self) -> Any:
        return self.venv.reset()

    def step_async(self, actions: Any) -> None:
        self.taken += 1
        if self.taken == 4:
            self.venv.step(actions)
        self.venv.step_async(actions)

    def step_wait(self) -> Any:
        return self.venv.step_wait()


class Named(PendulumEnv):
    """Shows its observation under a name."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.observation_space: Any = gym.spaces.Dict({"seen": self.observation_space})

    def reset(self, **given: Any) -> Any:
        seen, info = super().reset(**given)
        return {"seen": seen}, info

    def step(self, action: Any) -> Any:
        seen, *rest = super().step(action)  # type: ignore[no-untyped-call]
        return {"seen": seen}, *rest


def played(venv: VecEnv) -> tuple[HumanFeedback, list[Any]]:
    """Step at random in what feedback wrapped; return what the agent would have seen."""
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": LENGTH})
    env = feedback.wrap(venv)
    env.action_space.seed(0)
    seen = [env.reset()]
    for _ in range(STEPS):
        seen.append(env.step(np.array([env.action_space.sample() for _ in range(env.num_envs)]))[0])
    return feedback, seen


def clip_at(feedback: HumanFeedback, first: int, env: int) -> Clip:
    place = Positions(np.array([env]), np.array([first]), np.array([LENGTH]))
    return unpack_clip(pack_clip(feedback.buffer.clip(place)))


PICTURES: list[Callable[[VecEnv], VecEnv]] = [
    lambda venv: VecTransposeImage(VecFrameStack(venv, 3)),
    lambda venv: VecFrameStack(VecTransposeImage(venv), 3),
    lambda venv: VecTransposeImage(VecCheckNan(venv)),
    lambda venv: VecTransposeImage(VecFrameStack(venv, 3), skip=True),
]


@pytest.mark.parametrize(
    ("env_id", "wrap"),
    [
        *(("rlhf/MovingDot-v1", wrap) for wrap in PICTURES),
        ("Pendulum-v1", Backwards),
        ("Pendulum-v1", lambda venv: VecFrameStack(Backwards(venv), 2)),
        ("Pendulum-v1", lambda venv: Backwards(VecFrameStack(venv, 2))),
        (Named, lambda venv: VecExtractDictObs(venv, "seen")),
    ],
)
def test_clips_hold_what_the_agent_saw_and_can_be_drawn(
    env_id: Any, wrap: Callable[[VecEnv], VecEnv]
) -> None:
    venv = wrap(make_vec_env(env_id, 2, seed=3, horizon=40))
    feedback, seen = played(venv)
    for first, env in ((0, 0), (17, 1), (45, 1), (60, 0)):
        clip = clip_at(feedback, first, env)
        shown = np.stack([step[env] for step in seen[first : first + LENGTH]])
        np.testing.assert_array_equal(np.asarray(clip.observations), shown)
        assert len(draw(clip, spec_json(venv))) == LENGTH


def test_a_clip_is_not_drawn_where_a_wrapper_took_a_step_of_its_own() -> None:
    venv = Twice(make_vec_env("Pendulum-v1", 1, seed=3, horizon=40))
    feedback, _ = played(venv)
    with pytest.raises(ClipMismatch, match="takes several steps at once"):
        draw(clip_at(feedback, 5, 0), spec_json(venv))


def test_nothing_is_traced_where_nothing_is_changed() -> None:
    feedback, _ = played(VecFrameStack(make_vec_env("Pendulum-v1", 1, seed=3, horizon=40), 2))
    start = clip_at(feedback, 5, 0).start
    assert start is not None and start.checksums is None is start.clip_actions


@pytest.mark.parametrize(
    ("wrap", "axis"), [(lambda venv: venv, -1), (VecTransposeImage, 0), (Backwards, None)]
)
def test_stacked_frames_are_kept_once_only_where_they_stay_stacks(
    wrap: Callable[[VecEnv], VecEnv], axis: int | None
) -> None:
    stacked = wrap(VecFrameStack(make_vec_env("rlhf/MovingDot-v1", 1), 3))
    assert frame_stack_of(stacked) == (None if axis is None else FrameStack(3, axis))


def test_next_observations_of_stacked_frames_are_those_that_were_seen() -> None:
    venv = VecFrameStack(make_vec_env("rlhf/MovingDot-v1", 2, seed=0, horizon=7), 3)
    space: Any = venv.observation_space
    buffer = ClipBuffer(
        space, venv.action_space, 2, 3, keep_next=True, frame_stack=frame_stack_of(venv)
    )
    before: Any = venv.reset()
    afterwards = []
    for number in range(20):
        actions = np.array([number % 2, 0])
        after, rewards, dones, infos = venv.step(actions)
        step = vec_step(before, actions, after, rewards, dones, infos)
        buffer.add(step)
        afterwards.append(np.array(step.transitions.next_observations))
        before = after
    clips = buffer.positions(50, np.random.default_rng(0))
    for env, first, length in clips.triples():
        clip = buffer.clip(Positions(np.array([env]), np.array([first]), np.array([length])))
        expected = np.stack([after[env] for after in afterwards[first : first + length]])
        np.testing.assert_array_equal(np.asarray(clip.next_observations), expected)


def test_what_is_no_stack_of_frames_is_refused_at_once() -> None:
    space = gym.spaces.Box(0, 255, (8, 8, 3), np.uint8)
    buffer = ClipBuffer(space, gym.spaces.Discrete(2), 1, 3, frame_stack=FrameStack(3, axis=-1))
    padded = np.full((1, 8, 8, 3), 7, np.uint8)  # with the first frame, instead of zeros
    step = vec_step(padded, np.zeros(1), None, np.zeros(1), np.zeros(1, bool), keep_next=False)
    with pytest.raises(ValueError, match="said to be stacks of 3 frames"):
        buffer.add(step)
