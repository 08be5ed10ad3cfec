"""One pass of fitting over 200 pairs of 100 steps: imitation's preference trainer over ours.

The same network (imitation's default: two hidden layers of 32, observation and action), one member,
the same clips and answers, batches of 32 pairs. imitation reads the clips anew in every pass; ours
are read in once, when they are labelled, so that this is shown beside it.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from measuring import arguments, cpu_ratios, interleaved, one_thread, report, wall_ratios

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings

PAIRS, LENGTH, BATCH = 200, 100, 32

Env: TypeAlias = "gym.Env[Any, Any]"


def main() -> None:
    """Measure."""
    options = arguments(__doc__, repeats=31).parse_args()
    one_thread()
    env = gym.make("Pendulum-v1")
    queries = _queries(env, np.random.default_rng(0))
    labels = {
        id_: float(query.clips[0].true_return > query.clips[1].true_return)
        for id_, query in queries.items()
    }
    theirs = _imitation(env, queries, labels)
    updates = math.ceil(PAIRS / BATCH)
    fresh = [_model(env, queries, labels) for _ in range(options.repeats + 2)]

    def ours() -> None:
        assert fresh.pop().fit(updates=updates) == updates

    def ours_from_clips() -> None:
        _model(env, queries, labels).fit(updates=updates)

    interleaved(theirs, ours, 2)
    pairs = interleaved(theirs, ours, options.repeats)
    anew = interleaved(theirs, ours_from_clips, options.repeats)
    report(
        "one pass of fitting, imitation / rlhf-gym",
        wall_ratios(pairs),
        at_least=10,
        cpu_ratios=cpu_ratios(pairs),
        cpu_ratios_with_clips_read_anew=cpu_ratios(anew),
        milliseconds_imitation=[1000 * first.wall for first, _ in pairs],
        milliseconds_rlhf_gym=[1000 * second.wall for _, second in pairs],
    )
    report("the same, CPU time", cpu_ratios(pairs))
    report("the same, CPU time, and every clip read in anew", cpu_ratios(anew))


def _queries(env: Env, rng: np.random.Generator) -> dict[int, Query]:
    shape = env.observation_space.shape or ()

    def clip() -> Clip:
        return Clip(
            rng.normal(size=(LENGTH, *shape)).astype(np.float32),
            rng.uniform(-2, 2, size=(LENGTH, 1)).astype(np.float32),
            rng.normal(size=LENGTH).astype(np.float32),
        )

    return {id_: Query((clip(), clip()), id=id_) for id_ in range(1, PAIRS + 1)}


def _model(env: Env, queries: dict[int, Query], labels: dict[int, float]) -> RewardEnsemble:
    settings = RewardModelSettings(members=1, hidden=(32, 32), batch_size=BATCH)
    model = RewardEnsemble(env.observation_space, env.action_space, settings, device="cpu")
    model.update(labels, queries)
    return model


def _imitation(env: Env, queries: dict[int, Query], labels: dict[int, float]) -> Callable[[], None]:
    """One epoch of imitation's own trainer, its progress bar kept from the screen."""
    from imitation.algorithms import preference_comparisons as peer
    from imitation.data.types import TrajectoryWithRew
    from imitation.rewards.reward_nets import BasicRewardNet
    from imitation.util.logger import configure

    def fragment(clip: Clip) -> TrajectoryWithRew:
        assert isinstance(clip.observations, np.ndarray)
        observations = np.concatenate([clip.observations, clip.observations[-1:]])
        return TrajectoryWithRew(observations, clip.actions, None, False, clip.true_rewards)

    network = BasicRewardNet(env.observation_space, env.action_space)
    preferences = peer.PreferenceModel(network)
    trainer = peer.BasicRewardTrainer(
        preferences,
        peer.CrossEntropyRewardLoss(),
        np.random.default_rng(0),
        batch_size=BATCH,
        epochs=1,
        custom_logger=configure(tempfile.mkdtemp(), format_strs=()),
    )
    dataset = peer.PreferenceDataset()
    dataset.push(
        [(fragment(query.clips[0]), fragment(query.clips[1])) for query in queries.values()],
        np.array([labels[id_] for id_ in queries], np.float32),
    )

    def train() -> None:
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
            trainer.train(dataset)

    return train


if __name__ == "__main__":
    main()
