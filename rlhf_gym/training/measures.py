"""What is measured in a round of asking and fitting."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.queries.strategies import disagreement
from rlhf_gym.reward_model import RewardModel, correlation

__all__ = ["RoundMeasures", "measure_round"]

CLIPS = 200
"""Recent clips on which the reward model is measured."""


@dataclass(frozen=True)
class RoundMeasures:
    """The reward model after one round; see `Diagnostics` for what comes from the judgements.

    Attributes:
        round: number of the round, from 0.
        agent_step: training steps taken.
        labels: labels learned from.
        asked: queries asked.
        accuracy: on held-out decided queries.
        cross_entropy: on held-out queries, in nats.
        cross_entropy_floor: the least possible on them.
        calibration: rows of mean prediction, observed share, number of queries.
        correlation: of learned and true return over recent clips; NaN where one is constant.
        disagreement: mean variance of the predicted preference over pairs of recent clips.
        learned_vs_true: learned and true return of recent clips.
        seconds: spent so far in each stage.
    """

    round: int
    agent_step: int
    labels: int
    asked: int
    accuracy: float
    cross_entropy: float
    cross_entropy_floor: float
    calibration: tuple[tuple[float, float, int], ...]
    correlation: float
    disagreement: float
    learned_vs_true: tuple[tuple[float, float], ...]
    seconds: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


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
    """Measure the reward model on the judged queries and on fresh clips."""
    found = reward_model.diagnostics()
    positions = buffer.positions(CLIPS, rng)
    transitions, mask, true_rewards = buffer.batch(positions)
    each = reward_model.predict_returns(transitions, mask)
    # What was learned of these steps: without the one reward that all absorbing steps get.
    as_learned = replace(transitions.flat(), absorbing=np.zeros(mask.size, bool))
    rewards = reward_model.predict(as_learned).reshape(mask.shape)
    learned, true = (rewards * mask).sum(axis=1), true_rewards.sum(axis=1)
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
        disagreement=float(disagreement(difference).mean()),
        learned_vs_true=tuple(zip(learned.tolist(), true.tolist(), strict=True)),
        seconds={stage: float(np.round(spent, 2)) for stage, spent in seconds.items()},
    )
