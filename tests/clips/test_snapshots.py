"""A restored environment goes on exactly as the first one did."""

from __future__ import annotations

import random
import tracemalloc
from collections import deque
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers import FrameStackObservation

import rlhf_gym  # noqa: F401
from rlhf_gym.clips.snapshots import forgets, probe, restore, take, take_reset
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.fixed_horizon import FixedHorizon

Env = gym.Env[Any, Any]

CLASSIC = ["CartPole-v1", "Pendulum-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Acrobot-v1"]
OURS = ["rlhf/CartPole-v1", "rlhf/Pendulum-v1", "rlhf/MovingDot-v1"]


class Poster(gym.Env[np.ndarray[Any, Any], np.int64]):
    """Shows pictures of 250 kB, each of one colour."""

    observation_space = gym.spaces.Box(0, 255, (500, 500), np.uint8)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.colour = 0
        return np.full((500, 500), self.colour, np.uint8), {}

    def step(self, action: np.int64) -> Any:
        self.colour += 1 + int(action)
        return np.full((500, 500), self.colour, np.uint8), 0.0, False, False, {}


class Walk(gym.Env[np.ndarray[Any, Any], np.int64]):
    """A random walk whose steps come from its own, a hidden, or the global generator."""

    def __init__(self, randomness: str) -> None:
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        self.action_space = gym.spaces.Discrete(2)
        self.randomness = randomness
        self.hidden: Any = object()
        self.trail: deque[float] = deque(maxlen=3)
        self.position = np.zeros(2, dtype=np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.position = np.full(2, self.np_random.normal(), dtype=np.float32)
        self.trail.clear()
        self.hidden = random.Random(int(self.np_random.integers(1000)))
        return self.position.copy(), {}

    def step(self, action: np.int64) -> Any:
        draw: Callable[[], float] = {
            "own": self.np_random.normal,
            "hidden": self.hidden.random,
            "global": random.random,
        }[self.randomness]
        self.trail.append(draw())
        self.position += (2 * action - 1) * np.float32(sum(self.trail))
        return self.position.copy(), 0.0, False, False, {}


def fixed(env_id: str) -> Env:
    return FixedHorizon(gym.make(env_id))


@pytest.mark.parametrize("env_id", CLASSIC + OURS)
def test_replay_from_any_step_is_bit_equal(env_id: str) -> None:
    env, other = fixed(env_id), fixed(env_id)
    env.action_space.seed(1)
    env.reset(seed=1)
    actions = [env.action_space.sample() for _ in range(40)]
    snapshots, seen = [], []
    for action in actions:
        snapshots.append(take(env))
        seen.append(env.step(action)[:2])
    other.reset(seed=2)
    for start, snapshot in enumerate(snapshots):
        restore(other, snapshot)
        for action, (observation, reward) in zip(actions[start:], seen[start:], strict=True):
            again, reward_again, *_ = other.step(action)
            assert again.dtype == observation.dtype and again.tobytes() == observation.tobytes()
            assert reward_again == reward


def test_counters_and_the_next_reset_are_restored_too() -> None:
    env, other = fixed("MountainCar-v0"), fixed("MountainCar-v0")
    env.reset(seed=1)
    for _ in range(150):
        env.step(0)
    snapshot = take(env)
    other.reset(seed=2)
    restore(other, snapshot)
    ends = [other.step(0)[3] for _ in range(50)]
    assert ends == [False] * 49 + [True]
    assert np.array_equal(other.reset()[0], env.reset()[0])


def test_the_held_end_of_an_episode_is_restored() -> None:
    env, other = fixed("CartPole-v1"), fixed("CartPole-v1")
    env.reset(seed=1)
    for _ in range(30):
        held = env.step(1)[0]
    other.reset(seed=2)
    restore(other, take(env))
    observation, reward, _, _, info = other.step(0)
    assert np.array_equal(observation, held) and reward == 0 and notes_of(info).absorbing


def test_stacked_frames_are_restored() -> None:
    def make() -> Env:
        return FrameStackObservation(gym.make("rlhf/MovingDot-v1"), 3)

    env, other = make(), make()
    env.reset(seed=1)
    env.step(1)
    other.reset(seed=2)
    restore(other, take(env))
    assert np.array_equal(env.step(2)[0], other.step(2)[0])


def test_restoring_keeps_the_render_mode_and_an_open_surface() -> None:
    env, other = gym.make("CartPole-v1"), gym.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=1)
    other.reset(seed=2)
    other.render()
    surface: Any = other.get_wrapper_attr("screen")
    restore(other, take(env))
    assert other.get_wrapper_attr("screen") is surface
    frame = other.render()
    assert isinstance(frame, np.ndarray) and frame.shape == (400, 600, 3)


def test_a_snapshot_of_a_reset_redoes_it() -> None:
    env, other = Walk("hidden"), Walk("hidden")
    env.reset(seed=0)
    snapshot = take_reset(env, None, {"level": (1, "a")})
    env.reset()
    restore(other, snapshot)
    one = np.int64(1)
    assert all(np.array_equal(env.step(one)[0], other.step(one)[0]) for _ in range(10))


@pytest.mark.parametrize("env_id", CLASSIC + OURS)
def test_classic_control_is_found_to_be_restorable(env_id: str) -> None:
    assert probe(lambda: fixed(env_id)) == "state"


def test_an_environment_whose_episodes_end_early_can_be_probed() -> None:
    assert probe(lambda: gym.make("CartPole-v1")) == "state"


@pytest.mark.parametrize(
    ("randomness", "kind"), [("own", "state"), ("hidden", "episode"), ("global", "camera")]
)
def test_what_cannot_be_restored_is_found_out_by_trying(randomness: str, kind: str) -> None:
    assert probe(lambda: Walk(randomness)) == kind


def test_pieces_must_be_the_same_where_they_are_drawn() -> None:
    class Shy(Walk):
        def step(self, action: np.int64) -> Any:
            return super().step(1 - action if self.render_mode else action)

    def drawn() -> Shy:
        walk = Shy("own")
        walk.render_mode = "rgb_array"
        return walk

    assert probe(lambda: Shy("own")) == probe(drawn) == "state"
    assert probe(lambda: Shy("own"), drawn) == "camera"


def test_a_snapshot_is_text_and_holds_no_pickle() -> None:
    env = fixed("CartPole-v1")
    env.reset(seed=0)
    assert take(env).decode().startswith('{"layers":[["FixedHorizon",')


def test_another_stack_of_wrappers_is_refused_by_name() -> None:
    env = gym.make("CartPole-v1")
    env.reset(seed=0)
    with pytest.raises(ValueError, match="FixedHorizon > TimeLimit.*same wrappers"):
        restore(fixed("CartPole-v1"), take(env))


@pytest.mark.parametrize("broken", [b"", b"\x80", b"[]", b'{"layers":[["A",{"a":{"x":1}}]]}'])
def test_a_broken_snapshot_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="no snapshot, or a broken one"):
        restore(fixed("CartPole-v1"), broken)


def test_options_that_are_not_plain_data_are_refused() -> None:
    with pytest.raises(TypeError, match="object is not plain data"):
        take_reset(Walk("own"), 1, {"thing": object()})


def test_trying_does_not_keep_pictures() -> None:
    tracemalloc.start()
    try:
        assert probe(Poster, steps=40) == "state"
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


class Keeps(Walk):
    """Goes on with something of the episodes before, although a seed is given."""

    def __init__(self, kept: str) -> None:
        super().__init__("hidden")
        self.kept, self.episodes, self.rng = kept, 0, np.random.default_rng(5)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        if self.kept == "count":
            self.episodes += 1
        if self.kept == "generator":
            self.position[:] = self.rng.random()
        return self.position.copy(), {}


@pytest.mark.parametrize(
    ("kept", "forgotten"), [("", True), ("count", False), ("generator", False)]
)
def test_it_is_found_out_whether_a_seed_leaves_nothing_of_what_was(
    kept: str, forgotten: bool
) -> None:
    assert forgets(Keeps(kept)) is forgotten
