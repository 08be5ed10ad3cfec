"""The weights of a reward model in shared memory."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
from builders import a_model
from programs import fork_context
from stepping import steps

from rlhf_gym.agents.a3c.learned_reward import SharedWeights

STEPS = replace(
    steps(np.linspace(-1, 1, 20, dtype=np.float32).reshape(5, 4), np.arange(5) % 2),
    absorbing=np.arange(5) > 2,
)


def test_a_reader_predicts_what_was_published_last() -> None:
    writer = a_model(0)
    shared = SharedWeights(writer)
    reader, known = shared.model(), -1
    for factor in (1.0, 2.0, 3.0):
        scaled = replace(STEPS, observations=np.asarray(STEPS.observations) * factor)
        writer.normalise(scaled, scaled[3:])
        shared.publish(writer)
        known = shared.refresh(reader, known)
        np.testing.assert_allclose(reader.predict(STEPS), writer.predict(STEPS), rtol=1e-5)
    version = reader.version
    shared.publish(writer)  # nothing new
    assert shared.refresh(reader, known) == known and reader.version == version


def predict(shared: SharedWeights, connection: Connection) -> None:
    reader, known = shared.model(), -1
    while connection.recv():
        known = shared.refresh(reader, known)
        connection.send(reader.predict(STEPS))


def test_another_process_sees_each_new_model() -> None:
    context = fork_context()
    writer = a_model(0)
    shared = SharedWeights(writer)
    ours, theirs = context.Pipe()
    process = context.Process(target=predict, args=(shared, theirs))
    process.start()
    for seed in (1, 2):
        other = a_model(seed)
        writer.load_weights(other.weights())
        shared.publish(writer)
        ours.send(True)
        np.testing.assert_allclose(ours.recv(), other.predict(STEPS), rtol=1e-5)
    ours.send(False)
    process.join()
    assert process.exitcode == 0
    ours.close()
    theirs.close()
