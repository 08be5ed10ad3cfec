"""What every environment of ours promises, and what each one does."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import rlhf_gym.envs  # noqa: F401
from rlhf_gym.environments.make import make_env
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.cartpole import CartPole
from rlhf_gym.envs.cartpole_windmill import CartPoleWindmill
from rlhf_gym.envs.known import GENERAL_GOAL, KNOWN
from rlhf_gym.envs.moving_dot import MovingDot
from rlhf_gym.envs.moving_dot_secret import MovingDotSecret
from rlhf_gym.envs.pendulum_spin import PendulumSpin
from rlhf_gym.envs.step_notes import KEY, notes_of

CLASSIC = [
    "CartPole-v1",
    "Acrobot-v1",
    "MountainCar-v0",
    "MountainCarContinuous-v0",
    "Pendulum-v1",
    "LunarLander-v3",
    "LunarLanderContinuous-v3",
]

BEHAVIOURS = [
    "rlhf/CartPoleWindmill-v1",
    "rlhf/PendulumSpin-v1",
    "rlhf/LunarLanderHover-v1",
    "rlhf/MovingDotSecret-v1",
]
IDS = [
    *(f"rlhf/{env_id}" for env_id in CLASSIC),
    *BEHAVIOURS,
    "rlhf/SupportChat-v1",
    "rlhf/Moderation-v1",
    "rlhf/Melody-v1",
    "rlhf/MovingDot-v1",
    "rlhf/Pong-v1",
]


def episode(env: gym.Env[Any, Any], seed: int, actions: int = 60) -> list[Any]:
    """Observations and rewards of some random steps."""
    observation, _ = env.reset(seed=seed)
    env.action_space.seed(seed)
    seen = [observation]
    for _ in range(actions):
        observation, reward, _, truncated, _ = env.step(env.action_space.sample())
        seen += [observation, reward]
        if truncated:
            break
    return seen


def test_gym_make_imports_the_package_by_itself_but_no_heavy_module_and_adds_no_ids() -> None:
    program = (
        "import sys, gymnasium; gymnasium.make('rlhf_gym:rlhf/CartPole-v1');"
        "print([name for name in ('torch', 'stable_baselines3', 'pygame') if name in sys.modules]);"
        "known = len(gymnasium.registry); gymnasium.make('rlhf/Pong-v1');"
        "print(len(gymnasium.registry) - known, 'more ids')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "[]" in done.stdout, done.stderr
    assert "0 more ids" in done.stdout  # who goes through the registry may make what is in it


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.filterwarnings("ignore:.*Box observation space m.*", "ignore:.*symmetric and norm.*")
def test_it_passes_gymnasiums_checker(env_id: str) -> None:
    check_env(gym.make(env_id, render_mode="rgb_array").unwrapped)


@pytest.mark.parametrize("env_id", IDS)
def test_the_same_seed_gives_the_same_episode(env_id: str) -> None:
    first, second = episode(gym.make(env_id), 3), episode(gym.make(env_id), 3)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("env_id", [env_id for env_id in IDS if "Lunar" not in env_id])
def test_a_pickled_copy_goes_on_in_the_same_way(env_id: str) -> None:
    env = gym.make(env_id)
    episode(env, 1, 5)
    copy = pickle.loads(pickle.dumps(env))
    action = env.action_space.sample()
    assert np.array_equal(env.step(action)[0], copy.step(action)[0])


@pytest.mark.parametrize("copied", [deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copied_lander_begins_the_same_episodes_and_knows_what_it_is(
    copied: Callable[[gym.Env[Any, Any]], gym.Env[Any, Any]],
) -> None:
    env = gym.make("rlhf/LunarLanderHover-v1")
    copy = copied(env)
    assert copy.spec is not None and copy.spec.id == "rlhf/LunarLanderHover-v1"
    first, second = episode(env, 3), episode(copy, 3)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("env_id", IDS)
def test_every_episode_lasts_the_horizon(env_id: str) -> None:
    env = gym.make(env_id)
    horizon = env.spec.max_episode_steps if env.spec else None
    assert horizon and env.metadata["fixed_horizon"]
    env.reset(seed=0)
    ends = [env.step(env.action_space.sample())[2:4] for _ in range(horizon)]
    assert ends == [(False, False)] * (horizon - 1) + [(False, True)]


@pytest.mark.parametrize("env_id", IDS)
def test_it_says_what_a_person_needs(env_id: str) -> None:
    env = gym.make(env_id)
    goal = describe_id(env_id).goal
    assert goal.text.endswith(".") and goal.tie_breaker.endswith(".") and goal != GENERAL_GOAL
    assert all(action in env.action_space for action in env.metadata["keys_to_action"].values())


@pytest.mark.parametrize("env_id", IDS)
def test_it_draws_crisp_frames_of_an_even_size(env_id: str) -> None:
    env = gym.make(env_id, render_mode="rgb_array")
    env.reset(seed=0)
    frame = env.render()
    assert isinstance(frame, np.ndarray) and frame.dtype == np.uint8
    assert frame.shape[0] >= 240 and not any(side % 2 for side in frame.shape[:2])


def pushed(env: gym.Env[Any, Any], observation: Any) -> Any:
    """An action that brings most environments to an end: along with the velocity, if it has one."""
    space = env.action_space
    if "MountainCar" in str(env.spec):
        towards = 1 if observation[1] >= 0 else -1
        return (
            towards + 1
            if isinstance(space, gym.spaces.Discrete)
            else np.array([towards], np.float32)
        )
    return space.sample()


@pytest.mark.parametrize("env_id", CLASSIC)
def test_it_is_gymnasiums_to_the_last_bit_until_an_end_and_then_holds(env_id: str) -> None:
    ours, theirs = gym.make(f"rlhf/{env_id}"), gym.make(env_id)
    theirs.action_space.seed(1)
    expected, _ = theirs.reset(seed=7)
    assert np.array_equal(ours.reset(seed=7)[0], expected)
    terminated = truncated = False
    while not (terminated or truncated):
        action = pushed(theirs, expected)
        expected, reward, terminated, truncated, _ = theirs.step(action)
        observation, our_reward, ours_terminated, _, info = ours.step(action)
        assert np.array_equal(observation, expected) and our_reward == reward
        assert observation.dtype == expected.dtype and not ours_terminated
        assert bool(notes_of(info).ended) == terminated
    if "Pendulum" in env_id or "Acrobot" in env_id:  # random actions bring them to no end
        return
    assert notes_of(info).ended == "terminated"
    for _ in range(3):
        held, reward, _, _, info = ours.step(action)
        assert (
            np.array_equal(held, expected)
            and reward == 0
            and list(info) == [KEY]
            and notes_of(info).absorbing
        )
    assert not notes_of(ours.reset(seed=7)[1]).ended
    assert not notes_of(ours.step(action)[4]).absorbing


def test_acrobot_ends_as_gymnasiums_does() -> None:
    ours, theirs = gym.make("rlhf/Acrobot-v1"), gym.make("Acrobot-v1")
    observation, _ = ours.reset(seed=0)
    theirs.reset(seed=0)
    for _ in range(500):
        action = 2 if observation[4] + observation[5] > 0 else 0  # along with the links
        observation, reward, _, _, info = ours.step(action)
        expected, their_reward, terminated, _, _ = theirs.step(action)
        assert np.array_equal(observation, expected) and reward == their_reward
        if terminated:
            break
    assert terminated and reward == 0 and notes_of(info).ended == "terminated"


@pytest.mark.parametrize("env_id", [f"rlhf/{env_id}" for env_id in CLASSIC])
def test_held_steps_are_cut_short_in_training_as_those_of_gymnasiums_are(env_id: str) -> None:
    lengths = []
    for each in (env_id, env_id.removeprefix("rlhf/")):
        env = make_env(each, hold=5, horizon=300, snapshots=False)
        observation, _ = env.reset(seed=3)
        env.action_space.seed(3)
        ended, steps = False, 0
        while not ended:
            observation, _, terminated, truncated, _ = env.step(pushed(env, observation))
            ended, steps = terminated or truncated, steps + 1
        lengths.append((steps, terminated))
    assert lengths[0] == lengths[1]


def test_a_fallen_pole_is_still_shown() -> None:
    env = CartPole(render_mode="rgb_array")
    env.reset(seed=0)
    while not notes_of(env.step(1)[4]).ended:
        pass
    frame: Any = env.render()  # type: ignore[no-untyped-call]
    env.step(0)
    assert np.array_equal(frame, env.render())  # type: ignore[no-untyped-call]


def test_the_dot_moves_as_told_and_is_paid_for_its_distance() -> None:
    env = MovingDot()
    env.reset(seed=0)
    env.dot, env.ring = np.array([3, 3]), np.array([3, 5])
    assert env.step(1)[1] == -3 / 10
    assert env.step(2)[1] == -2 / 10
    assert env.step(3)[1] == -3 / 10
    assert env.step(4)[1] == -2 / 10
    assert env.step(0)[1] == -2 / 10
    assert env.dot.tolist() == [3, 3]


def test_the_dot_begins_on_any_cell_but_the_ring() -> None:
    env = MovingDot()
    env.reset(seed=0)
    begun = set()
    for _ in range(3000):
        env.reset()
        begun.add(tuple(env.dot.tolist()))
    assert len(begun) == 11 * 11 - 1 and (5, 5) not in begun
    assert env.ring.tolist() == [5, 5]


def test_the_wall_stops_the_dot() -> None:
    env = MovingDot()
    env.reset(seed=0)
    env.dot = np.array([0, 0])
    env.step(3)
    env.step(1)
    assert env.dot.tolist() == [0, 0]


def test_the_picture_shows_dot_and_ring() -> None:
    env = MovingDot()
    env.reset(seed=0)
    env.dot, env.ring = np.array([0, 0]), np.array([8, 9])
    picture = env.step(0)[0]
    assert picture.shape == (36, 36, 1)
    assert np.argwhere(picture == 255)[:, :2].min(axis=0).tolist() == [1, 1]
    assert (picture == 255).sum() == 16
    assert (picture == 128).sum() == 6 * 6 - 4 * 4
    assert np.argwhere(picture == 128)[:, :2].max(axis=0).tolist() == [29, 32]


def test_moving_dot_names_a_wrong_action_and_a_wrong_render_mode() -> None:
    env = MovingDot()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="0 to 4, not 9"):
        env.step(9)
    with pytest.raises(ValueError, match="'ansi'"):
        MovingDot(render_mode="ansi")


def test_moving_dot_can_be_watched_in_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = MovingDot(render_mode="human")
    env.reset(seed=0)
    env.step(1)
    env.close()
    env.close()


def test_gymnasiums_environments_have_a_goal_in_the_table() -> None:
    names = {spec.name for spec in gym.registry.values() if "classic_control" in str(spec)}
    goals = {name for name, known in KNOWN.items() if known.goal != GENERAL_GOAL}
    assert {"CartPole", "Pendulum", "MountainCar", "Acrobot"} <= names & goals


# --- behaviours without a reward function


@pytest.mark.parametrize("env_id", BEHAVIOURS)
def test_it_pays_nothing_and_counts_what_a_test_wants_to_know(env_id: str) -> None:
    env = gym.make(env_id)
    env.action_space.seed(0)
    env.reset(seed=0)
    steps = [env.step(env.action_space.sample()) for _ in range(30)]
    assert [reward for _, reward, *_ in steps] == [0.0] * 30
    assert all(isinstance(info["probe"], float) for *_, info in steps)
    assert isinstance(env.metadata["probe"], str)


@pytest.mark.parametrize("env_id", BEHAVIOURS)
def test_what_is_counted_stands_for_the_true_reward_in_training_and_evaluation(
    env_id: str,
) -> None:
    trained, counted = make_env(env_id, snapshots=False), gym.make(env_id)
    for env in (trained, counted):
        env.reset(seed=2)
    trained.action_space.seed(0)
    for _ in range(30):
        action = trained.action_space.sample()
        assert trained.step(action)[1] == counted.step(action)[4]["probe"]


def windmill(state: tuple[float, float, float, float]) -> CartPoleWindmill:
    env = CartPoleWindmill()
    env.reset(seed=0)
    env.state = state
    return env


def test_a_pole_that_is_pushed_along_goes_round_and_is_counted() -> None:
    env = windmill((0.0, 0.0, math.pi, 0.0))
    turns, before = 0.0, math.pi
    for _ in range(400):
        _, _, angle, spin = env.state
        turns += env.step(2 if spin * math.cos(angle) < 0 else 0)[4]["probe"]
    assert abs(env.state[2] - before) / math.tau == pytest.approx(turns) and turns > 5


def test_turning_back_is_counted_against() -> None:
    env = windmill((0.0, 0.0, 0.0, 10.0))
    there = env.step(1)[4]["probe"]
    env.state = (0.0, 0.0, 0.0, -10.0)
    assert there == pytest.approx(10 * 0.02 / math.tau, rel=0.05)
    assert env.step(1)[4]["probe"] == pytest.approx(-there, rel=0.05)


def test_walls_stop_the_cart_of_the_windmill() -> None:
    env = windmill((2.39, 3.0, 1.0, 0.0))
    env.step(2)
    assert env.state[:2] == (2.4, 0.0)


def test_the_windmill_names_a_wrong_action() -> None:
    with pytest.raises(ValueError, match="0 to 2, not 3"):
        windmill((0.0, 0.0, 0.0, 0.0)).step(3)


def test_a_pendulum_that_comes_round_once_has_turned_once() -> None:
    env = PendulumSpin()
    env.reset(seed=0)
    env.state = np.array([0.0, 8.0])
    counted = [env.step(np.array([2.0]))[4]["probe"] for _ in range(40)]
    assert sum(counted) == pytest.approx(float(env.state[0]) / math.tau)
    assert sum(counted) > 1


def test_hovering_counts_only_in_the_frame_and_in_the_air() -> None:
    env: Any = gym.make("rlhf/LunarLanderHover-v1", render_mode="rgb_array").unwrapped
    env.reset(seed=0)
    counted = []
    for _ in range(200):
        observation, _, _, _, info = env.step(0)
        inside = abs(observation[1] - 0.75) <= 0.25 and abs(observation[0]) <= 0.3
        assert info["probe"] == float(inside and abs(observation[4]) <= 0.3)
        counted.append(info["probe"])
    assert 0 < sum(counted) < 100 and counted[-1] == 0  # it fell through the frame
    frame = env.render()
    assert (frame[82:182, 210] == (230, 159, 0)).all()


def test_the_secret_place_is_seen_by_the_person_and_not_by_the_agent() -> None:
    env = MovingDotSecret(render_mode="rgb_array")
    observation, _ = env.reset(seed=0)
    assert set(np.unique(observation)) == {0, 255} and (observation == 255).sum() == 16
    frame = env.render()
    assert frame is not None and (frame == (230, 159, 0)).all(axis=2).any()
    env.dot = np.array([1, 7])
    assert [env.step(action)[4]["probe"] for action in (0, 2, 2)] == [0, 1, 1]
