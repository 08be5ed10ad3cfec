"""The robots: Gymnasium's physics without an end, restored exactly, drawn without a display."""

from __future__ import annotations

import math
import pickle
import sys
from collections.abc import Callable
from copy import deepcopy
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import rlhf_gym.envs  # noqa: F401
from rlhf_gym.clips.snapshots import restore, take
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs.known import GENERAL_GOAL
from rlhf_gym.envs.robot import joint_keys
from rlhf_gym.media import off_screen
from rlhf_gym.window.playing.app import keys_to_actions

GYMNASIUMS = [
    "Ant-v5",
    "HalfCheetah-v5",
    "Hopper-v5",
    "InvertedDoublePendulum-v5",
    "Reacher-v5",
    "Swimmer-v5",
    "Walker2d-v5",
]
ROBOTS = [
    *(f"rlhf/{env_id}" for env_id in GYMNASIUMS),
    "rlhf/HalfCheetahOneLeg-v1",
    "rlhf/HopperBackflip-v1",
]


# Gymnasium's viewer complains when it is thrown away half made.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("env_id", ROBOTS)
@pytest.mark.filterwarnings("ignore:.*Box observation space m.*", "ignore:.*symmetric and norm.*")
def test_it_passes_gymnasiums_checker(env_id: str) -> None:
    check_env(gym.make(env_id).unwrapped, skip_render_check=True)


@pytest.mark.parametrize("env_id", ROBOTS)
@pytest.mark.parametrize("copied", [deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_goes_on_in_the_same_way(
    env_id: str, copied: Callable[[gym.Env[Any, Any]], gym.Env[Any, Any]]
) -> None:
    env = gym.make(env_id)
    env.reset(seed=1)
    env.action_space.seed(0)
    env.step(env.action_space.sample())
    copy = copied(env)
    for _ in range(3):
        action = env.action_space.sample()
        step, other = env.step(action), copy.step(action)
        assert np.array_equal(step[0], other[0]) and step[1] == other[1]
    assert np.array_equal(env.reset()[0], copy.reset()[0])


@pytest.mark.parametrize("env_id", GYMNASIUMS)
def test_it_is_gymnasiums_to_the_last_bit_and_goes_on_behind_its_end(env_id: str) -> None:
    ours, theirs = gym.make(f"rlhf/{env_id}"), gym.make(env_id)
    theirs.action_space.seed(1)
    assert np.array_equal(ours.reset(seed=7)[0], theirs.reset(seed=7)[0])
    terminated = False
    for _ in range(200):
        action = theirs.action_space.sample()
        observation, reward, ended, _, _ = ours.step(action)
        assert not ended
        if not terminated:
            expected, their_reward, terminated, truncated, _ = theirs.step(action)
            assert np.array_equal(observation, expected) and reward == their_reward
            terminated = terminated or truncated
        if env_id == "Reacher-v5" and truncated:
            return


@pytest.mark.parametrize("env_id", ROBOTS)
def test_it_is_restored_exactly_from_any_step(env_id: str) -> None:
    first, second = gym.make(env_id), gym.make(env_id)
    first.action_space.seed(3)
    first.reset(seed=3)
    second.reset(seed=4)
    for _ in range(30):
        first.step(first.action_space.sample())
    restore(second, take(first))
    for _ in range(15):
        action = first.action_space.sample()
        one, two = first.step(action), second.step(action)
        assert np.array_equal(one[0], two[0]) and one[1:4] == two[1:4]
        assert one[4].get("probe") == two[4].get("probe")
    assert np.array_equal(first.reset()[0], second.reset()[0])


@pytest.mark.parametrize("env_id", ROBOTS)
def test_the_robot_itself_knows_what_its_class_says(env_id: str) -> None:
    env = gym.make(env_id).unwrapped
    assert env.metadata["fixed_horizon"] and env.metadata["render_fps"] > 0
    assert env.metadata == {**type(env).metadata, "render_fps": env.metadata["render_fps"]}


@pytest.mark.parametrize("env_id", ROBOTS)
def test_it_says_what_a_person_needs_and_can_be_played(env_id: str) -> None:
    goal, env = describe_id(env_id).goal, gym.make(env_id)
    assert goal.text.endswith(".") and goal.tie_breaker.endswith(".") and goal != GENERAL_GOAL
    assert all(env.action_space.contains(action) for action in keys_to_actions(env).values())
    assert "## Observation space" in (type(env.unwrapped).__doc__ or "")


def test_up_to_three_joints_are_turned_at_once() -> None:
    eight, six = (joint_keys(*joints)["keys_to_action"] for joints in ("abcdefgh", "abcdef"))
    assert max(len(name) for name in eight if isinstance(name, tuple)) == 3
    assert six["a", "w", "d"].tolist() == [-1, 1, -1, 0, 0, 0]


def test_a_model_written_as_of_old_leaves_no_log_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gym.make("rlhf/HalfCheetah-v5").reset(seed=0)
    assert list(tmp_path.iterdir()) == []
    assert "deprecated" not in "".join(capfd.readouterr())


@pytest.mark.skipif(find_library("EGL") is None, reason="EGL draws without a display")
def test_a_robot_is_drawn_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with off_screen():
        env = gym.make("rlhf/HopperBackflip-v1", render_mode="rgb_array")
        env.reset(seed=0)
        frame: Any = env.render()
        env.close()
    assert frame.shape == (480, 480, 3) and frame.std() > 10


def test_a_robot_is_drawn_where_something_else_has_ended_egl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with off_screen():
        for _ in range(2):
            env = gym.make("rlhf/Hopper-v5", render_mode="rgb_array")
            env.reset(seed=0)
            frame: Any = env.render()
            assert frame.std() > 10
            env.close()
            egl = sys.modules.get("mujoco.egl")
            if egl is None:
                pytest.skip("MuJoCo does not draw by EGL here")
            egl.EGL.eglTerminate(egl.EGL_DISPLAY)


def test_it_says_what_to_do_where_nothing_can_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "nonsense")
    env = gym.make("rlhf/Hopper-v5", render_mode="rgb_array", disable_env_checker=True)
    env.reset(seed=0)
    with pytest.raises(RuntimeError, match="apt install libegl1"):
        env.render()


def upright(env_id: str, angle: float, height: float = 3.0) -> Any:
    """A hopper high in the air, leaning forward by ``angle``."""
    env: Any = gym.make(env_id).unwrapped
    env.reset(seed=0)
    position, velocity = env.data.qpos.copy(), env.data.qvel.copy() * 0
    position[1], position[2] = height, angle
    env.set_state(position, velocity)
    return env


def test_turning_backwards_is_counted_in_turns() -> None:
    env = upright("rlhf/HopperBackflip-v1", 0.0)
    velocity = env.data.qvel.copy()
    velocity[2] = -12.0
    env.set_state(env.data.qpos.copy(), velocity)
    before = env.data.qpos[2]
    counted = sum(env.step(np.zeros(3))[4]["probe"] for _ in range(50))
    assert counted == pytest.approx((before - env.data.qpos[2]) / math.tau) and counted > 0.3


def test_a_hopper_that_turned_once_looks_as_before() -> None:
    seen = [upright("rlhf/HopperBackflip-v1", angle)._get_obs() for angle in (0.3, 0.3 - math.tau)]
    assert np.allclose(seen[0], seen[1]) and seen[0].shape == (12,)
    assert seen[0][1:3] == pytest.approx([math.cos(0.3), math.sin(0.3)])


@pytest.mark.parametrize(
    ("speed", "angle", "counted"), [(2.0, -0.6, 1), (0.0, -0.6, 0), (2.0, None, 0)]
)
def test_one_leg_counts_only_with_the_front_in_the_air_and_moving(
    speed: float, angle: float | None, counted: float
) -> None:
    env: Any = gym.make("rlhf/HalfCheetahOneLeg-v1").unwrapped
    env.reset(seed=0)
    for _ in range(30):
        env.step(np.zeros(6))  # it stands on all feet
    position, velocity = env.data.qpos.copy(), env.init_qvel.copy()
    if angle is not None:
        position[1:3] = 0.15, angle
    velocity[0] = speed
    env.set_state(position, velocity)
    assert env.step(np.zeros(6))[4]["probe"] == counted


@pytest.mark.parametrize("env_id", ["rlhf/Hopper-v5", "rlhf/HalfCheetahOneLeg-v1", "rlhf/Ant-v5"])
@pytest.mark.skipif(find_library("EGL") is None, reason="draws without a display")
def test_the_camera_goes_along(env_id: str) -> None:
    def orange(frame: Any) -> int:
        red, green, blue = np.moveaxis(frame.astype(int), -1, 0)
        return int(((red > green + 25) & (green > blue + 10)).sum())

    with off_screen():
        env: Any = gym.make(env_id, render_mode="rgb_array").unwrapped
        env.reset(seed=0)
        seen = orange(env.render())
        env.data.qpos[0] += 6
        env.step(np.zeros(env.action_space.shape, np.float32))
        assert seen > 500 and orange(env.render()) > seen / 2
        env.close()
