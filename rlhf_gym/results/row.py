"""Row: what is known of one run of a benchmark, as a line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import numpy as np

from rlhf_gym.results.arms import arm_of
from rlhf_gym.reward_model.settings import with_new_names

__all__ = ["Row", "Status", "renamed"]

Status = Literal["done", "failed"]


@dataclass(frozen=True)
class Row:
    """What was run, what came of it, and with which settings and versions.

    Attributes:
        env_id: the environment.
        algo: the algorithm's name; empty for the random policy.
        arm: name of what the agent learns from; see `Arm`.
        labels: budget of labels; 0 where none are asked for.
        demonstrations: number of demonstrated episodes.
        seed: seed of everything.
        status: ``"failed"`` runs have an error and no returns.
        error: what went wrong.
        returns: true return of each episode of the final evaluation on the untouched environment.
        steps: training steps taken.
        seconds: wall time of training.
        cpu_seconds: processor time of training, in this run's processes.
        labels_given: labels that the reward model learned from.
        human_seconds: time that a person spent on answering.
        accuracy: final accuracy of the reward model on held-out labels; NaN without one.
        cross_entropy: its final cross-entropy on held-out labels, in nats; NaN without one.
        correlation: of learned and true return over recent clips; NaN without one.
        curve: file of logged values, relative to the results folder; empty if there is none.
        settings: every setting of the run, as plain data.
        versions: versions of the packages and the system.
        commit: commit of this project, where it is known.
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
    def length(self) -> int:
        """Training steps, without those by which the last rollout exceeds what was planned.

        >>> Row("CartPole-v1", "ppo", "true", 0, 0, 0, steps=2048, settings={"steps": 2000}).length
        2000
        """
        planned = self.settings.get("steps")
        return min(self.steps, planned) if isinstance(planned, int) else self.steps

    @property
    def steps_per_second(self) -> float:
        """Training steps per second of wall time; NaN without training."""
        return self.steps / self.seconds if self.seconds else math.nan

    def to_json(self) -> str:
        """Write the row as one line of JSON; a number that is not finite becomes null.

        >>> row = Row("CartPole-v1", "ppo", "true", 0, 0, seed=3, returns=(500.0, 480.0))
        >>> Row.from_table(json.loads(row.to_json())).mean_return
        490.0
        """
        values = asdict(self)
        for name in _FLOATS:
            values[name] = values[name] if math.isfinite(values[name]) else None
        return json.dumps(values, allow_nan=False)

    @classmethod
    def from_table(cls, values: Any) -> Row:
        """Make the row of a parsed line of `to_json`.

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
        values |= {"returns": tuple(values["returns"]), "arm": arm_of(values["arm"]).name}
        values["settings"] = renamed(values["settings"])
        return cls(**values)


def renamed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Name the settings of a run of version 0.1.0 as they are named now."""
    of_model = settings.get("reward_model")
    new = {"reward_model": with_new_names(of_model)} if isinstance(of_model, Mapping) else {}
    return {**settings, **new}


_FLOATS = ("accuracy", "cross_entropy", "correlation")
