"""Environments of other libraries: found, read, learned from, and drawn again."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import HumanFeedback, SyntheticTeacher
from rlhf_gym.agents.names import policy_for
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.environments.lookup import describe, horizon_of, spec_json
from rlhf_gym.environments.make import make_env, make_vec_env
from rlhf_gym.environments.registry import describe_id, spec_of
from rlhf_gym.envs.known import GENERAL_GOAL, KNOWN, MISSION_GOAL
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.media import draw
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.snapshots import SnapshotRecorder

MINIGRID, HIGHWAY, MINATAR = "MiniGrid-Empty-5x5-v0", "highway-fast-v0", "MinAtar/Breakout-v1"
PACKAGES = {MINIGRID: "minigrid", HIGHWAY: "highway_env", MINATAR: "minatar"}
HORIZONS = {MINIGRID: 40, HIGHWAY: 12, MINATAR: 60}
EXACT = {MINATAR: {"sticky_action_prob": 0.0}}  # MinAtar does not reset the action that sticks

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*'mission' is left out", "ignore:.*No render fps", "ignore:.*RGB-array rendering"
)


@pytest.fixture(params=list(PACKAGES), ids=list(PACKAGES.values()))
def env_id(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(PACKAGES[name])
    yield name


def made(env_id: str, **kwargs: Any) -> VecEnv:
    return make_vec_env(
        env_id, 2, seed=1, horizon=HORIZONS[env_id], env_kwargs=EXACT.get(env_id), **kwargs
    )


def test_an_id_is_found_without_naming_its_package(env_id: str) -> None:
    program = f"from rlhf_gym.environments.registry import spec_of; print(spec_of({env_id!r}).id)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert env_id in done.stdout, done.stderr


def test_a_person_is_asked_what_is_known_of_the_game_or_a_general_question(env_id: str) -> None:
    known = {MINATAR: KNOWN["Breakout"].goal}  # as of Atari's
    assert describe_id(env_id).goal == known.get(env_id, GENERAL_GOAL)


def test_an_unknown_id_of_a_known_package_is_still_refused() -> None:
    with pytest.raises(ValueError, match="no environment with the id 'MiniGrid-Nowhere-v0'"):
        spec_of("MiniGrid-Nowhere-v0")


def test_a_missing_time_limit_is_asked_for_unless_the_game_knows_its_own(env_id: str) -> None:
    if env_id == MINIGRID:  # its max_steps are 4 for each of the 25 fields
        assert horizon_of(make_vec_env(env_id)) == 100
        return
    with pytest.raises(ValueError, match="--horizon"):
        make_vec_env(env_id)


def test_an_agent_learns_from_comparisons_and_is_evaluated(env_id: str) -> None:
    settings = {"clip_length": 4, "warm_up_steps": 48}
    feedback = HumanFeedback(SyntheticTeacher(), labels=6, settings=settings)
    env = feedback.wrap(made(env_id))
    few: dict[str, Any] = {"n_steps": 16, "batch_size": 32, "n_epochs": 1}
    agent = PPO(policy_for(PPO, env.observation_space), env, device="cpu", **few)
    agent.learn(96, callback=feedback)
    assert feedback.labels_given == 6
    assert len(true_returns(agent, env_id, 2, horizon=HORIZONS[env_id])) == 2


def test_clips_show_what_was_recorded_when_they_are_run_again(env_id: str) -> None:
    venv = made(env_id)
    assert venv.get_attr("snapshot_kind")[0] in ("state", "episode")
    buffer = ClipBuffer(
        venv.observation_space, venv.action_space, venv.num_envs, 5, max_bytes=2**24
    )
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    venv.action_space.seed(0)
    for _ in range(2 * HORIZONS[env_id]):
        recorder.step(np.array([venv.action_space.sample() for _ in range(2)]))
    positions = buffer.positions(3, np.random.default_rng(0), drawable=True)
    assert len(positions) == 3
    for index in range(3):
        clip = buffer.clip(positions[index : index + 1])
        frames = draw(clip, spec_json(venv))  # raises ClipMismatch where observations differ
        assert frames.shape[0] == len(clip) and frames.dtype == np.uint8
        assert min(frames.shape[1:3]) >= 150 and frames.max() > 100 > frames.min()


def test_missions_are_told_to_a_person() -> None:
    pytest.importorskip("minigrid")
    env_id = "BabyAI-GoToLocal-v0"  # its limit is known after a reset, and 64 for most missions
    venv = make_vec_env(env_id, 1, seed=3)
    assert horizon_of(venv) == 64 and describe(venv).goal == MISSION_GOAL
    venv.reset()
    told = {notes_of(venv.step(np.zeros(1, np.int64))[3][0]).mission for _ in range(200)}
    missions = sorted(each for each in told if each)
    assert len(missions) > 1 and all(each.startswith("go to ") for each in missions)


def test_observations_may_be_pythons_numbers() -> None:
    assert make_vec_env("FrozenLake-v1", 1).reset().shape == (1,)  # type: ignore[union-attr]


def test_a_mission_is_left_out_with_a_warning_and_a_grid_of_codes_is_a_vector() -> None:
    pytest.importorskip("minigrid")
    with pytest.warns(UserWarning, match="'mission' is left out: it is text"):
        venv = made(MINIGRID)
    assert isinstance(venv.observation_space, gym.spaces.Dict)
    assert set(venv.observation_space) == {"direction", "image"}
    seen = venv.reset()
    assert isinstance(seen, dict) and seen["image"].shape == (2, 7 * 7 * 3)
    assert seen["image"].max() == 8  # the square to walk to, by MiniGrid's code


def test_a_car_that_crashed_is_said_to_have_crashed() -> None:
    pytest.importorskip("highway_env")
    env = SnapshotRecorder(make_env(HIGHWAY, horizon=12, snapshots=False), "camera")
    env.reset(seed=0)
    env.unwrapped.vehicle.crashed = True  # type: ignore[attr-defined]
    assert notes_of(env.step(1)[4]).end == "crashed"
