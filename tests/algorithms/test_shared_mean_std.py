"""Running statistics in shared memory."""

from __future__ import annotations

import copy
import multiprocessing
import pickle

import numpy as np
from stable_baselines3.common.running_mean_std import RunningMeanStd

from rlhf_gym.algorithms.shared_mean_std import SharedMeanStd


def test_they_count_as_the_plain_ones_do() -> None:
    rng = np.random.default_rng(0)
    plain = RunningMeanStd(shape=(3,))
    plain.update(rng.normal(2, 3, (10, 3)))
    shared = SharedMeanStd.of(plain)
    for _ in range(3):
        batch = rng.normal(size=(5, 3))
        plain.update(batch)
        shared.update(batch)
    for copied in (shared, pickle.loads(pickle.dumps(shared)), copy.deepcopy(shared)):
        np.testing.assert_allclose(copied.mean, plain.mean)
        np.testing.assert_allclose(copied.var, plain.var)
        assert copied.count == plain.count
    assert SharedMeanStd.of(shared) is shared


def add_ones(statistics: SharedMeanStd) -> None:
    statistics.update(np.ones((100, 2)))


def test_another_process_writes_into_the_same() -> None:
    shared = SharedMeanStd(shape=(2,))
    process = multiprocessing.get_context("spawn").Process(target=add_ones, args=(shared,))
    process.start()
    process.join()
    assert shared.count > 99
    np.testing.assert_allclose(shared.mean, 1, atol=1e-3)
