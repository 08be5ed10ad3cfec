"""The weights of a reward model in shared memory."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

import gymnasium as gym
import numpy as np

from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.shared_model import SharedRewardModel

OBSERVATIONS, ACTIONS = np.linspace(-1, 1, 20, dtype=np.float32).reshape(5, 4), np.arange(5) % 2


def model_of(seed: int) -> RewardModel:
    env: Any = gym.make("CartPole-v1")
    return RewardModel(env.observation_space, env.action_space, seed=seed, device="cpu")


def test_a_reader_predicts_what_was_published_last() -> None:
    writer = model_of(0)
    shared = SharedRewardModel(writer)
    reader, known = shared.model(), -1
    over = np.arange(5) > 2
    for factor in (1.0, 2.0, 3.0):
        writer.normalise(OBSERVATIONS * factor, ACTIONS)
        writer.level_after_end(OBSERVATIONS[:2] * factor, ACTIONS[:2])
        shared.publish(writer)
        known = shared.refresh(reader, known)
        np.testing.assert_allclose(
            reader.predict(OBSERVATIONS, ACTIONS, over=over),
            writer.predict(OBSERVATIONS, ACTIONS, over=over),
            rtol=1e-5,
        )
    version = reader.version
    shared.publish(writer)  # nothing new
    assert shared.refresh(reader, known) == known and reader.version == version


def predict(shared: SharedRewardModel, connection: Connection) -> None:
    reader, known = shared.model(), -1
    while connection.recv():
        known = shared.refresh(reader, known)
        connection.send(reader.predict(OBSERVATIONS, ACTIONS))


def test_another_process_sees_each_new_model() -> None:
    context = multiprocessing.get_context("spawn")
    writer = model_of(0)
    shared = SharedRewardModel(writer)
    ours, theirs = context.Pipe()
    process = context.Process(target=predict, args=(shared, theirs))
    process.start()
    for seed in (1, 2):
        other = model_of(seed)
        writer.load_weights(other.weights())
        shared.publish(writer)
        ours.send(True)
        np.testing.assert_allclose(ours.recv(), other.predict(OBSERVATIONS, ACTIONS), rtol=1e-5)
    ours.send(False)
    process.join()
    assert process.exitcode == 0
    ours.close()
    theirs.close()
