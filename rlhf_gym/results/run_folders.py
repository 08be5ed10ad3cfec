"""Rows of single runs, made with `rlhf-gym train`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.answers import human_minutes, read_feedback
from rlhf_gym.results.row import Row
from rlhf_gym.runs.records import LABELS, STEPS, RunData, read_run

__all__ = ["rows_of_runs"]

FAULTLESS = {"beta": math.inf, "gamma": 1.0, "mistake": 0.0, "skip": 0.0, "equal": 0.0}
FAULTS = {"beta": "stochastic", "gamma": "myopic"}
"""B-Pref's names of the faults of teachers, where they are not the settings' own."""


def rows_of_runs(runs: Sequence[str | Path]) -> list[Row]:
    """The rows of run folders, each with its folder as its curve.

    Raises:
        ValueError: a folder holds no run, or one without a final evaluation; or it is given twice;
            or none is given.
    """
    if not runs:
        raise ValueError("no run was given; name some: rlhf-gym compare runs/CartPole-v1-ppo-*")
    folders = [RunFolder.open(run).path.resolve() for run in runs]
    for folder in folders:
        if folders.count(folder) > 1:
            raise ValueError(f"the run {folder} is given more than once; name each run once")
    return [_row(folder) for folder in folders]


def _row(folder: Path) -> Row:
    run = read_run(folder)
    config = run.config
    if "env_id" not in config or "algo" not in config:
        problem = "; ".join(run.unreadable) or "config.toml names no environment or algorithm"
        raise ValueError(f"{folder} cannot be compared: {problem}")
    if run.evaluation is None or not run.evaluation.after:
        raise ValueError(
            f"the run {folder} has no evaluation yet; let it end (rlhf-gym train --resume "
            f"{folder}), or measure the agent as it is (rlhf-gym evaluate {folder})"
        )
    return Row(
        env_id=str(config["env_id"]),
        algo=str(config["algo"]),
        arm=_arm(config),
        labels=int(config.get("labels", 0)),
        demonstrations=0,
        seed=int(config.get("seed", 0)),
        returns=run.evaluation.after,
        steps=int(run.progress.last(STEPS) or 0),
        seconds=run.progress.last("time/time_elapsed") or 0.0,
        labels_given=int(run.progress.last(LABELS) or 0),
        human_seconds=_human_seconds(run),
        accuracy=_last(run, "accuracy"),
        cross_entropy=_last(run, "cross_entropy"),
        correlation=_last(run, "correlation"),
        curve=str(folder),
        settings=dict(config),
        versions={name: str(version) for name, version in run.versions.items()},
    )


def _arm(config: Mapping[str, Any]) -> str:
    """Who answered: a person, the oracle (``"learned"``), or a teacher of B-Pref's."""
    if config.get("teacher") == "window":
        return "person"
    faults = [
        FAULTS.get(name, name) for name, none in FAULTLESS.items() if config.get(name, none) != none
    ]
    return " ".join(faults) or "learned"


def _human_seconds(run: RunData) -> float:
    if run.config.get("teacher") != "window":
        return 0.0
    _, minutes = human_minutes(read_feedback(run.folder / "feedback.db").answers)
    return 60 * max(minutes, default=0.0)


def _last(run: RunData, measure: str) -> float:
    """The last round's measure that is known; NaN without one."""
    known = [value for each in run.rounds if (value := getattr(each, measure)) is not None]
    return float(known[-1]) if known else math.nan
