"""Row: what is known of one finished run of a benchmark; rows as JSON lines."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import numpy as np

__all__ = ["Row", "Status"]

Status = Literal["done", "failed"]


@dataclass(frozen=True)
class Row:
    """One run: what was run, what came of it, and with which settings and versions.

    Attributes:
        env_id: the environment.
        algo: the algorithm's name; empty for the random policy.
        arm: where the agent's reward comes from: ``"true"``, ``"learned"`` (from the oracle's
            answers), ``"shuffled"``, a teacher of B-Pref's (``"mistake"``, ...), ``"random"``, or
            an algorithm that learns from demonstrations (``"bc"``, ``"gail"``, ``"airl"``).
        labels: answers to spend; 0 where none are asked for.
        demonstrations: episodes shown; 0 where none are.
        seed: of everything.
        status: ``"failed"`` runs have an error and no returns.
        error: what went wrong.
        returns: true return of each episode of the final evaluation on the untouched environment.
        steps: steps taken.
        seconds: of training, on the clock.
        cpu_seconds: of training, in this run's processes.
        labels_given: answers that the reward model learned from.
        human_seconds: spent answering, where a person answered.
        accuracy: of the reward model on held-out labels, at the end; NaN without one.
        cross_entropy: of the reward model on held-out labels, in nats; NaN without one.
        correlation: of learned and true return over recent clips; NaN without one.
        curve: file of what was logged on the way, relative to the results' folder; empty: none.
        settings: every setting of the run, as plain data.
        versions: of the packages and the system.
        commit: of this project, where it is known.
        date: when the run ended, UTC.
    """

    env_id: str
    algo: str
    arm: str
    labels: int
    demonstrations: int
    seed: int
    status: Status = "done"
    error: str = ""
    returns: tuple[float, ...] = ()
    steps: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    labels_given: int = 0
    human_seconds: float = 0.0
    accuracy: float = math.nan
    cross_entropy: float = math.nan
    correlation: float = math.nan
    curve: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    commit: str = ""
    date: str = ""

    @property
    def mean_return(self) -> float:
        """Mean true return; NaN of a failed run."""
        return float(np.mean(self.returns)) if self.returns else math.nan

    @property
    def steps_per_second(self) -> float:
        """Speed of training; NaN where there was none."""
        return self.steps / self.seconds if self.seconds else math.nan

    def to_json(self) -> str:
        """The row as one line of JSON, for `from_json`; a number that is not finite is null.

        >>> row = Row("CartPole-v1", "ppo", "true", 0, 0, seed=3, returns=(500.0, 480.0))
        >>> Row.from_json(row.to_json()).mean_return
        490.0
        """
        values = asdict(self)
        for name in _FLOATS:
            values[name] = values[name] if math.isfinite(values[name]) else None
        return json.dumps(values, allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> Row:
        """The row that `to_json` wrote.

        Raises:
            ValueError: the line is no such row, or one of another version.
        """
        return cls.from_table(json.loads(line))

    @classmethod
    def from_table(cls, values: Any) -> Row:
        """The row that a line of `to_json` holds.

        Raises:
            ValueError: it is no such row, or one of another version.
        """
        known = {entry.name for entry in fields(cls)}
        if not isinstance(values, dict) or set(values) != known:
            raise ValueError(
                "a row of these results was written by another version of rlhf-gym (its columns "
                "differ); give a new folder, or install the version that wrote it"
            )
        for name in _FLOATS:
            values[name] = math.nan if values[name] is None else values[name]
        return cls(**{**values, "returns": tuple(values["returns"])})


_FLOATS = ("accuracy", "cross_entropy", "correlation")
