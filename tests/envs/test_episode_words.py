"""A person is told in plain words how an episode ended, and what was asked for in it."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.box2d.lunar_lander import heuristic

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.packing import pack_clip, unpack_clip
from rlhf_gym.clips.snapshots import Kind
from rlhf_gym.environments.lookup import describe
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.envs.description import describe_metadata
from rlhf_gym.envs.known import MISSION_GOAL
from rlhf_gym.envs.step_notes import noted, notes_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon
from rlhf_gym.wrappers.snapshots import SnapshotRecorder


class Errand(gym.Env[Any, Any]):
    """Each episode has a number as its mission, and ends after as many steps."""

    observation_space = gym.spaces.Box(0, 9, (1,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, says: bool = True, **metadata: Any) -> None:
        self.says, self.metadata = says, metadata
        self.steps = self.number = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.steps, self.number = 0, self.number % 3 + 1
        self.mission = f"walk {self.number} steps"
        return np.zeros(1, np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.steps += 1
        over = self.steps == self.number
        info = noted({}, end=f"arrived at {self.number}") if over and self.says else {}
        return np.full(1, self.steps, np.float32), 0.0, over, False, info


def told(env: gym.Env[Any, Any], steps: int = 1) -> list[tuple[str | None, str | None]]:
    """Mission and end that are noted at each step of one episode."""
    env.reset(seed=0)
    notes = [notes_of(env.step(0)[4]) for _ in range(steps)]
    return [(each.mission, each.end) for each in notes]


@pytest.mark.parametrize(
    ("env_id", "prepare", "words"),
    [
        ("CartPole-v1", "env.state = (0, 0, 0.3, 0)", "fell"),
        ("CartPole-v1", "env.state = (3, 0, 0, 0)", "left the track"),
        ("rlhf/CartPole-v1", "env.state = (0, 0, 0.3, 0)", "fell"),
        ("MountainCar-v0", "env.state = (0.5, 0.07)", "reached the flag"),
        ("FrozenLake-v1", "env.s, env.P[14][0] = 14, [(1.0, 15, 1.0, True)]", "reached the goal"),
        ("FrozenLake-v1", "env.s, env.P[14][0] = 14, [(1.0, 12, 0.0, True)]", "fell into a hole"),
        ("LunarLander-v3", "env.game_over = True", "crashed"),
        ("rlhf/LunarLander-v3", "env.game_over = True", "crashed"),
        ("LunarLander-v3", "env.lander.position = (21, 5)", "flew away"),
        ("Blackjack-v1", "env.player, env.dealer = [10, 9], [10, 10]", "19 against 20"),
    ],
)
def test_ends_of_gymnasiums_environments_have_words(env_id: str, prepare: str, words: str) -> None:
    made = gym.make(env_id)
    made.reset(seed=0)
    kind: Kind = "episode"
    env = SnapshotRecorder(FixedHorizon(made, 50), kind)
    env.reset(seed=0)
    exec(prepare, {"env": env.unwrapped})
    assert notes_of(env.step(0)[4]).end == words


def test_a_lander_that_rests_has_landed() -> None:
    env: Any = SnapshotRecorder(FixedHorizon(gym.make("LunarLander-v3")), "episode")
    seen, end = env.reset(seed=0)[0], None
    while end is None:
        seen, _, _, _, info = env.step(heuristic(env.unwrapped, seen))  # type: ignore[no-untyped-call]
        end = notes_of(info).end
    assert end == "landed"


def test_an_environment_says_how_it_ended_or_what_its_ends_are_called() -> None:
    def one(**how: Any) -> Any:
        return SnapshotRecorder(Errand(**how), "camera")

    assert told(one()) == [("walk 1 steps", "arrived at 1")]
    assert told(one(says=False, ends={"terminated": "home"})) == [("walk 1 steps", "home")]
    assert told(one(says=False)) == [("walk 1 steps", "episode over")]
    late = SnapshotRecorder(FixedHorizon(gym.make("Pendulum-v1"), 2), "camera")
    late.reset(seed=0)
    assert [notes_of(late.step(np.zeros(1, np.float32))[4]).end for _ in range(2)] == [
        None,
        "time is up",
    ]


def test_words_of_metadata_come_before_those_that_are_known() -> None:
    spec = gym.spec("CartPole-v1")
    assert describe_metadata({}, spec).ends == {"terminated": "fell", "truncated": "time is up"}
    own = describe_metadata({"ends": {"terminated": "toppled"}}, spec)
    assert (own.ends["terminated"], own.ends["truncated"]) == ("toppled", "time is up")


def clips(steps: int = 9) -> list[Clip]:
    """Clips of one step each, of episodes that last 1, 2, 3, ... steps."""
    venv = make_vec_env(Errand, 1, horizon=4, env_kwargs={"fixed_horizon": False})
    buffer = ClipBuffer(venv.observation_space, venv.action_space, 1, 1)
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    for _ in range(steps):
        recorder.step(np.zeros(1, np.int64))
    again = ClipBuffer(venv.observation_space, venv.action_space, 1, 1)
    again.load_state(buffer.state())
    found = again.positions(200, np.random.default_rng(0))
    order = np.unique(found.first, return_index=True)[1]
    return [again.clip(found[index : index + 1]) for index in order]


def test_a_clip_knows_the_mission_of_its_episode_and_how_it_ended() -> None:
    for clip in clips():
        number = clip.mission.removeprefix("walk ").removesuffix(" steps")
        assert clip.told_end == (f"arrived at {number}" if clip.ended_at == 0 else None)
    assert len({clip.mission for clip in clips()}) > 1


def test_the_words_of_a_clip_are_stored_with_it() -> None:
    for clip in clips():
        stored = unpack_clip(pack_clip(clip), ended=clip.ended, ended_at=clip.ended_at)
        assert (stored.mission, stored.told_end) == (clip.mission, clip.told_end)


def test_clips_of_before_have_general_words() -> None:
    nothing = np.zeros(1, np.float32)
    old = unpack_clip(pack_clip(Clip(nothing, nothing, nothing)), ended="truncated", ended_at=0)
    assert (old.told_end, old.mission) == ("time is up", "")


def test_where_episodes_have_missions_these_are_the_goal() -> None:
    env = Errand()
    env.reset()
    assert describe(env).goal == MISSION_GOAL
    own = Errand(goal="Walk.")
    own.reset()
    assert describe(own).goal.text == "Walk."
