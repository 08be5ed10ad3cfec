"""Measures of the reward model after a round of asking and fitting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rlhf_gym.clips.batches import AT_ONCE, parts_of
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.observations import Array
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.queries.strategies import variance_of_preference
from rlhf_gym.reward_model import RewardModel, correlation

__all__ = ["measure_round"]

CLIPS = 200
"""Number of recent clips on which the reward model is measured."""


def measure_round(
    reward_model: RewardModel,
    buffer: ClipBuffer,
    rng: np.random.Generator,
    *,
    round: int,
    agent_step: int,
    labels: int,
    asked: int,
    seconds: dict[str, float],
) -> RoundMeasures:
    """Measure the reward model on the labelled queries and on random recent clips of the buffer.

    ``round``, ``agent_step``, ``labels``, ``asked`` and ``seconds`` are as in `RoundMeasures`.
    """
    found = reward_model.diagnostics()
    positions = buffer.positions(CLIPS, rng)
    parts = [
        _predicted(reward_model, buffer, part) for part in parts_of(buffer, positions, AT_ONCE)
    ]
    each = np.concatenate([part[0] for part in parts], axis=1)
    learned, true = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    half = len(positions) // 2
    difference = each[:, :half] - each[:, half : 2 * half]
    return RoundMeasures(
        round=round,
        agent_step=agent_step,
        labels=labels,
        asked=asked,
        accuracy=found.accuracy,
        cross_entropy=found.cross_entropy,
        cross_entropy_floor=found.cross_entropy_floor,
        calibration=found.calibration,
        correlation=correlation(learned, true),
        disagreement=float(variance_of_preference(difference).mean()),
        learned_vs_true=tuple(zip(learned.tolist(), true.tolist(), strict=True)),
        seconds={stage: float(np.round(spent, 2)) for stage, spent in seconds.items()},
    )


def _predicted(
    reward_model: RewardModel, buffer: ClipBuffer, positions: Positions
) -> tuple[Array, Array, Array]:
    """Return the learned returns of clips by each member and in all, and their true returns."""
    transitions, mask, true_rewards = buffer.batch(positions)
    each = reward_model.predict_returns(transitions, mask)
    # What was learned of these steps: without the one reward that all absorbing steps get.
    as_learned = replace(transitions.flat(), absorbing=np.zeros(mask.size, bool))
    rewards = reward_model.predict(as_learned).reshape(mask.shape)
    return each, (rewards * mask).sum(axis=1), true_rewards.sum(axis=1)
