"""RoundMeasures: one round of asking and fitting, a line of a run's ``rounds.jsonl``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from rlhf_gym.feedback.agreement import is_guessing

__all__ = ["TELLING_LABELS", "RoundMeasures"]

TELLING_LABELS = 20
"""Number of held-out labels below which the share of them that is predicted tells nothing."""


@dataclass(frozen=True)
class RoundMeasures:
    """The reward model after one round; an unknown measure is NaN.

    Attributes:
        round: number of the round, from 0.
        agent_step: training steps the agent has taken.
        labels: labels that the reward model has learned from.
        asked: queries asked.
        accuracy: share of held-out decided queries that the reward model predicts.
        cross_entropy: on held-out queries, in nats a query.
        cross_entropy_floor: the lowest possible cross-entropy on them, given the ties.
        calibration: rows of mean predicted probability, observed share and number of queries.
        correlation: Pearson's, of learned and true return over recent clips.
        disagreement: mean variance of the predicted preference over pairs of recent clips.
        learned_vs_true: learned and true return of recent clips.
        seconds: spent so far in each stage.
    """

    round: int
    agent_step: int
    labels: int
    asked: int
    accuracy: float = math.nan
    cross_entropy: float = math.nan
    cross_entropy_floor: float = math.nan
    calibration: tuple[tuple[float, float, int], ...] = ()
    correlation: float = math.nan
    disagreement: float = math.nan
    learned_vs_true: tuple[tuple[float, float], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def held_out(self) -> int:
        """Number of held-out queries."""
        return sum(row[2] for row in self.calibration if len(row) == 3)  # a file may be broken

    @property
    def guesses(self) -> bool:
        """Whether the answers that were held out are hardly predicted better than by guessing."""
        if self.held_out < TELLING_LABELS or math.isnan(self.accuracy):
            return False
        return is_guessing(self.accuracy, self.held_out)

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RoundMeasures:
        """Read what `as_json` gave; other keys are ignored, and a null counts as unknown.

        Raises:
            TypeError: one of the four counts is missing.
        """
        names = {entry.name for entry in fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        known = {name: value for name, value in known.items() if value is not None}
        for name in ("calibration", "learned_vs_true"):
            rows = known.get(name, ())
            known[name] = tuple(tuple(row) for row in rows if None not in row)
        return cls(**known)
