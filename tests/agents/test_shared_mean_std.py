"""Running statistics in shared memory."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
from programs import fork_context
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecNormalize

from rlhf_gym import make_vec_env
from rlhf_gym.agents.a3c.env_share import shares, wrapped
from rlhf_gym.agents.a3c.mean_std import SharedMeanStd
from rlhf_gym.environments.vec_env import restore_vec_env, statistics_of, vec_env_state


def test_they_count_as_the_plain_ones_do() -> None:
    rng = np.random.default_rng(0)
    plain = RunningMeanStd(shape=(3,))
    plain.update(rng.normal(2, 3, (10, 3)))
    shared = SharedMeanStd(plain, n_parts=3)
    for shared.part in (0, 1, 2, 1):
        batch = rng.normal(shared.part, 1, size=(5, 3))
        plain.update(batch)
        shared.update(batch)
    copies: list[Any] = [pickle.loads(pickle.dumps(shared)), copy.deepcopy(shared), shared.copy()]
    for same in [shared, *copies]:
        np.testing.assert_allclose(same.mean, plain.mean)
        np.testing.assert_allclose(same.var, plain.var)
        np.testing.assert_allclose(same.count, plain.count)


def add_numbers(statistics: SharedMeanStd, part: int) -> None:
    statistics.part = part
    for _ in range(1000):
        statistics.update(np.full((2, 2), part))


def test_no_sample_of_several_processes_at_once_is_lost() -> None:
    shared = SharedMeanStd(RunningMeanStd(shape=(2,)), n_parts=3)
    context = fork_context()
    processes = [context.Process(target=add_numbers, args=(shared, part)) for part in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert round(shared.count) == 6000
    np.testing.assert_allclose(shared.mean, 1, atol=1e-6)
    np.testing.assert_allclose(shared.var, 2 / 3, atol=1e-6)


def test_an_environment_of_which_workers_share_the_statistics_can_be_restored() -> None:
    venv = VecNormalize(make_vec_env("Pendulum-v1", n_envs=2, seed=0))
    venv.reset()
    state = vec_env_state(venv)
    before = statistics_of(venv)["obs "].mean
    wrapped(shares(venv, 1)[0], venv)
    assert isinstance(statistics_of(venv)["obs "], SharedMeanStd)
    venv.step(np.zeros((2, 1)))
    assert not np.allclose(statistics_of(venv)["obs "].mean, before)
    assert restore_vec_env(venv, state)
    np.testing.assert_allclose(statistics_of(venv)["obs "].mean, before)
