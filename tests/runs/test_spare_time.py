"""The untrained agent is evaluated while training waits, as it would have been before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import make_vec_env
from rlhf_gym.agents import A3C
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.before_and_after import BeforeAndAfter
from rlhf_gym.runs.records import read_evaluation
from rlhf_gym.runs.settings import TrainSettings, fill_in

AGENTS: dict[str, Callable[[VecEnv], BaseAlgorithm]] = {
    "ppo": lambda env: PPO("MlpPolicy", env, n_steps=32, batch_size=32, seed=3, device="cpu"),
    "dqn": lambda env: DQN("MlpPolicy", env, learning_starts=10, seed=3, device="cpu"),
    "a3c": lambda env: A3C("MlpPolicy", env, n_workers=1, seed=3, device="cpu"),
}


def measuring(folder: Path, log: list[str], env_id: str = "CartPole-v1") -> BeforeAndAfter:
    run = RunFolder(folder)
    run.create()
    run.videos.mkdir()
    settings = fill_in(TrainSettings(env_id, evaluation_episodes=3))
    return BeforeAndAfter(settings, run, 0.2, log.append)


@pytest.mark.parametrize("name", AGENTS)
def test_the_untrained_agent_is_measured_alike_before_and_while_it_learns(
    name: str, tmp_path: Path
) -> None:
    agent = AGENTS[name](make_vec_env("CartPole-v1", 1, seed=0))
    at_once, meanwhile = (measuring(tmp_path / each, []) for each in ("once", "meanwhile"))
    at_once.do_now(at_once.before(agent))
    work = meanwhile.before(agent)
    for _ in range(5):
        work.work(0.0)
    agent.learn(64)
    while not work.done:
        work.work(0.001)
    expected = read_evaluation(at_once.folder.evaluation)
    assert len(expected.before) == 3
    assert read_evaluation(meanwhile.folder.evaluation) == expected
    films = [each.folder.videos / "before.mp4" for each in (at_once, meanwhile)]
    assert films[0].read_bytes() == films[1].read_bytes()


def test_what_is_done_meanwhile_changes_no_random_number_of_the_training(tmp_path: Path) -> None:
    agent = AGENTS["dqn"](make_vec_env("CartPole-v1", 1, seed=0))
    work = measuring(tmp_path / "run", []).before(agent)
    drawn = []
    for share in (False, True):
        torch.manual_seed(0)
        np.random.seed(0)
        agent.action_space.seed(0)
        numbers = []
        for _ in range(3):
            if share:
                work.work(0.0)
            numbers.append(
                (float(torch.rand(1)), np.random.random(), int(agent.action_space.sample()))
            )
        drawn.append(numbers)
    assert drawn[0] == drawn[1] and not work.done
    work.close()


def test_an_environment_that_cannot_be_evaluated_ends_no_training(tmp_path: Path) -> None:
    log: list[str] = []
    measured = measuring(tmp_path / "run", log, "Pendulum-v1")
    agent = AGENTS["ppo"](make_vec_env("CartPole-v1", 1, seed=0))
    measured.do_now(measured.before(agent))
    assert any("the untrained agent is not evaluated: the agent was made for" in x for x in log)
    assert not measured.folder.evaluation.exists()
