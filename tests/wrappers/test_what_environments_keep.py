"""Environments use words and arrays of their own: neither is mistaken, kept nor changed."""

from __future__ import annotations

import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import make_vec_env
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.clips.snapshots import probe
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.step_notes import noted, notes_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder, KeptSteps
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
from rlhf_gym.wrappers.learned_reward import LearnedReward, VecLearnedReward

END = 3


class Counter(gym.Env[Any, Any]):
    """Shows the number of the step in one array, draws it into one array, and ends at the third.

    It multiplies its actions by 10 in place, and puts ``words`` into one info dict.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = gym.spaces.Box(0, 99, (1,), np.float32)
    action_space = gym.spaces.Box(-9, 9, (1,), np.float32)
    words: dict[str, Any] = {}

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.seen, self.frame = np.zeros(1, np.float32), np.zeros((4, 4, 3), np.uint8)
        self.info = dict(self.words)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.seen[:] = 0
        return self.seen, self.info

    def step(self, action: Any) -> Any:
        action *= 10
        self.seen += 1
        self.seen_action = float(action[0])
        return self.seen, float(action[0]), self.seen[0] == END, False, self.info

    def render(self) -> Any:
        self.frame[:] = self.seen
        return self.frame


class Wordy(Counter):
    """Uses the words that this project uses, with other meanings."""

    words = {
        "ended": "truncated",
        "held": True,
        "absorbing": True,
        "snapshot": b"a shot",
        "frame": np.zeros((4, 4, 3), np.uint8),
        "true_reward": "honour",
        "learned_reward": "wisdom",
        "probe": 7.0,
        "rlhf_gym": {"absorbing": True, "ended": "terminated"},
    }


def nothing(steps: Transitions) -> Any:
    return np.zeros(len(steps), np.float32)


def recorded(venv: VecEnv, steps: int) -> tuple[list[Transitions], list[dict[str, Any]]]:
    """Step with the action 1 through a recorder; return the transitions and the infos."""
    recorder = ClipRecorder(venv, KeptSteps(keeps_next=True))
    recorder.reset()
    infos = [recorder.step(np.ones((1, 1), np.float32))[3][0] for _ in range(steps)]
    assert isinstance(recorder.sink, KeptSteps)
    return [step.transitions for step in recorder.sink.take()], infos


def test_words_of_an_environment_are_left_to_it_and_never_read() -> None:
    steps, infos = recorded(make_vec_env(Wordy, horizon=6, keep_termination=False), 6)
    assert [bool(step.terminated[0]) for step in steps] == [False, False, True] + [False] * 3
    assert [bool(step.absorbing[0]) for step in steps] == [False] * 3 + [True] * 3
    assert all(notes_of(info).snapshot != b"a shot" for info in infos)
    assert all(notes_of(info).frame is None for info in infos)
    ours = ("rlhf_gym", "episode", "TimeLimit.truncated", "terminal_observation")
    for info in infos[:3]:
        own = Wordy.words.keys() - set(ours)
        assert info.keys() - set(ours) == own
        assert all(np.array_equal(info[key], Wordy.words[key]) for key in own)


def test_rewards_are_noted_beside_the_words_of_an_environment_which_stay() -> None:
    venv = VecLearnedReward(make_vec_env(Wordy, horizon=6), nothing)
    venv.reset()
    info = venv.step(np.ones((1, 1), np.float32))[3][0]
    assert info["true_reward"] == "honour" and notes_of(info).true_reward == 10.0
    single = LearnedReward(Wordy(), nothing)
    single.reset()
    info = single.step(np.ones(1, np.float32))[4]
    assert info["true_reward"] == "honour" and notes_of(info).true_reward == 10.0


@pytest.mark.parametrize("keep_termination", [False, True])
def test_the_one_info_dict_of_an_environment_is_neither_changed_nor_kept(
    keep_termination: bool,
) -> None:
    venv = make_vec_env(Counter, horizon=6, keep_termination=keep_termination)
    venv = VecLearnedReward(venv, nothing)
    steps, infos = recorded(venv, 12)
    length = END if keep_termination else 6
    assert [bool(step.terminated[0]) for step in steps] == [i % length == 2 for i in range(12)]
    over = [not keep_termination and i % length > 2 for i in range(12)]
    assert [bool(step.absorbing[0]) for step in steps] == over
    assert ["episode" in info for info in infos] == [i % length == length - 1 for i in range(12)]
    assert venv.get_attr("info") == [{}]


def test_an_environment_may_scale_its_actions_in_place() -> None:
    steps, _ = recorded(make_vec_env(Counter, horizon=6), 3)
    assert [step.actions.tolist() for step in steps] == [[[1.0]]] * 3
    rewarded: list[Any] = []

    def reward(steps: Transitions) -> Any:
        rewarded.append(steps.actions.tolist())
        return np.zeros(len(steps))

    venv = VecLearnedReward(make_vec_env(Counter, horizon=6), reward)
    venv.reset()
    venv.step(np.ones((1, 1), np.float32))
    assert rewarded == [[[1.0]]]
    assert probe(Counter) == "state"


def test_an_environment_may_show_and_draw_in_the_same_arrays_for_good() -> None:
    steps, infos = recorded(make_vec_env(Counter, horizon=6, keep_termination=False), 7)
    assert [step.observations.item() for step in steps] == [0, 1, 2, 3, 3, 3, 0]  # type: ignore[union-attr]
    seen = [step.next_observations.item() for step in steps]  # type: ignore[union-attr]
    assert seen == [1, 2, 3, 3, 3, 3, 1]
    assert infos[5]["terminal_observation"] == 3.0
    env = Counter("rgb_array")
    env.reset()
    frames = [frame_of(env)]
    env.step(np.ones(1))
    assert int(frames[0].max()) == 0 and int(frame_of(env).max()) == 1


def test_a_wrapper_outside_may_change_the_observation_that_is_held() -> None:
    env = FixedHorizon(Counter(), 6)
    env.reset()
    shown = [env.step(np.ones(1))[0] for _ in range(END)][-1]
    for _ in range(2):
        shown /= 10
        shown = env.step(np.ones(1))[0]
        assert shown.tolist() == [END]


def test_a_reward_function_that_changes_its_steps_changes_nothing_that_the_agent_sees() -> None:
    def reward(steps: Transitions) -> Any:
        seen: Any = steps.next_observations
        seen *= 100
        return given

    given = np.zeros(1, np.float32)
    venv = VecLearnedReward(make_vec_env(Counter, horizon=6), reward)
    venv.reset()
    observations, rewards, _, _ = venv.step(np.ones((1, 1), np.float32))
    assert observations.tolist() == [[1.0]]  # type: ignore[union-attr]
    rewards += 5.0
    assert given.tolist() == [0.0]


def test_a_horizon_around_another_one_ends_where_the_inner_one_does() -> None:
    env = FixedHorizon(FixedHorizon(Counter(), 6), 5)
    env.reset()
    notes = [notes_of(env.step(np.ones(1))[4]) for _ in range(5)]
    assert [note.ended for note in notes] == [None, None, "terminated", None, None]
    assert [note.absorbing for note in notes] == [False] * 3 + [True] * 2


def test_notes_reach_another_process() -> None:
    info = pickle.loads(pickle.dumps(noted({"own": 1}, snapshot=b"here", absorbing=True)))
    assert info["own"] == 1 and notes_of(info).absorbing and notes_of(info).snapshot == b"here"


def test_no_clip_can_be_drawn_from_the_words_of_an_environment() -> None:
    buffer = ClipBuffer(Counter.observation_space, Counter.action_space, 1, 2)
    recorder = ClipRecorder(make_vec_env(Wordy, horizon=6, snapshots=False), buffer)
    recorder.reset()
    for _ in range(6):
        recorder.step(np.ones((1, 1), np.float32))
    assert len(buffer.positions(9, np.random.default_rng(0), drawable=True)) == 0
