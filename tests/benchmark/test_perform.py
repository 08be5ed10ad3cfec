"""Single runs of every arm."""

from __future__ import annotations

import csv
import io
import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from plans import tiny
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.utils import LinearSchedule

from rlhf_gym.benchmark import demonstrated
from rlhf_gym.benchmark.curve import COLUMNS, OnProgress, Point
from rlhf_gym.benchmark.perform import perform
from rlhf_gym.benchmark.plan import Run
from rlhf_gym.benchmark.train_arm import RandomPolicy
from rlhf_gym.presets import AGENTS
from rlhf_gym.results.arms import BENCHMARK_ARMS
from rlhf_gym.results.row import Row
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.runs.settings import TrainSettings


@pytest.mark.parametrize("arm", [arm.name for arm in BENCHMARK_ARMS if arm.answered])
def test_an_arm_that_asks_spends_its_labels(arm: str) -> None:
    (run,) = tiny(arms=(arm,), seeds=1).runs
    outcome = perform(run)
    row = outcome.row
    assert row.status == "done", outcome.log
    assert row.labels_given == row.labels == 8 and row.steps >= 2500
    assert len(row.returns) == 2 and row.seconds > 0
    points = list(csv.DictReader(io.StringIO(outcome.curve)))
    assert tuple(points[0]) == COLUMNS
    assert float(points[-1]["time/total_timesteps"]) == row.steps
    assert float(points[-1]["feedback/labels"]) == 8


def test_an_agent_of_the_true_reward_is_the_one_that_sb3_trains_alone() -> None:
    (run,) = tiny(arms=("true",), seeds=1, first_seed=3).runs
    env = make_vec_env("CartPole-v1", 4, seed=3)
    alone = PPO(
        "MlpPolicy",
        env,
        n_steps=64,
        batch_size=64,
        n_epochs=1,
        gamma=0.99,
        gae_lambda=0.95,
        learning_rate=LinearSchedule(1e-3, 0, 1),
        seed=3,
        device="cpu",
    ).learn(2500)
    returns = true_returns(alone, "CartPole-v1", 2, seed=3)
    assert tuple(perform(run).row.returns) == tuple(returns)


@pytest.fixture
def young_expert(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the expert train for 2,500 of the preset's steps; what it reaches is not asked."""
    trained = replace(AGENTS["CartPole-v1", "ppo"], steps=2500)
    monkeypatch.setitem(AGENTS, ("CartPole-v1", "ppo"), trained)


@pytest.mark.parametrize("arm", ["bc", "gail", "airl"])
@pytest.mark.usefixtures("young_expert")
@pytest.mark.filterwarnings("ignore")  # imitation's own
def test_an_arm_that_is_shown_learns_from_an_expert(arm: str) -> None:
    pytest.importorskip("imitation")
    changes: dict[str, Any] = {"demonstrations": (4,), "seeds": 1, "evaluation_episodes": 5}
    (run,) = tiny(arms=(arm,), **changes).runs
    outcome = perform(run)
    assert outcome.row.status == "done", outcome.log
    assert outcome.row.demonstrations == 4 and outcome.row.labels == 0
    assert len(outcome.row.returns) == 5
    if arm != "bc":  # which takes no steps
        assert outcome.row.steps > 0 and outcome.curve


def test_the_expert_is_not_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(settings: TrainSettings, episodes: int) -> str:
        time.sleep(0.5)
        return f"{episodes} of {settings.env_id}"

    def learn(
        run: Run, shown: object, row: Row, tell: OnProgress
    ) -> tuple[object, list[Point], Row]:
        assert shown == "1 of CartPole-v1"
        return RandomPolicy(spaces.Discrete(2), seed=0), [], row

    monkeypatch.setattr(demonstrated, "demonstrations", slow)
    monkeypatch.setattr(demonstrated, "learn_from_demonstrations", learn)
    (run,) = tiny(arms=("gail",), demonstrations=(1,), seeds=1).runs
    began = time.perf_counter()
    row = perform(run).row
    assert row.status == "done" and row.seconds < time.perf_counter() - began - 0.5


def test_the_random_arm_trains_nothing() -> None:
    (run,) = tiny(arms=("random",), seeds=1).runs
    row = perform(run).row
    assert (row.steps, row.algo, row.labels) == (0, "", 0) and math.isnan(row.accuracy)


def test_the_random_policy_acts_for_every_environment() -> None:
    policy = RandomPolicy(spaces.Discrete(2), seed=0)
    assert policy.predict(np.zeros((5, 4)))[0].shape == (5,)
    assert policy.predict({"a": np.zeros((3, 2)), "b": np.zeros((3, 1))})[0].shape == (3,)
