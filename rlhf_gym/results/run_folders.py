"""Rows of the folders that `rlhf-gym train` writes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rlhf_gym.basics.program import program
from rlhf_gym.feedback.glance import count_labels, last_progress
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.answers import read_answers
from rlhf_gym.results.arms import arm_of_teacher
from rlhf_gym.results.row import Row, renamed
from rlhf_gym.results.side_by_side import Comparison, compare
from rlhf_gym.runs.records import LABELS, SECONDS, STEPS, RunRecord, read_run

__all__ = ["comparison_of_runs", "rows_of_runs"]


def rows_of_runs(runs: Sequence[str | Path]) -> list[Row]:
    """Read the rows of run folders, each with its folder as its curve.

    Runs without a final evaluation are left out, with a warning; those that ended with an error
    are failed rows, without returns.

    Raises:
        ValueError: a folder holds no run; or it is given twice; or no run is given, or none that
            has a final evaluation.
    """
    if not runs:
        raise ValueError(f"no run was given; name some: {program()} compare runs/CartPole-v1-ppo-*")
    folders = [RunFolder.open(run).path.resolve() for run in runs]
    for folder in folders:
        if folders.count(folder) > 1:
            raise ValueError(f"the run {folder} is given more than once; name each run once")
    found = [(record, _failure(record)) for record in map(read_run, folders)]
    failed = [(record, failure) for record, failure in found if failure]
    others = [record for record, failure in found if not failure]
    records = list(_evaluated(others or [record for record, _ in found]))
    rows = [_row(record) for record in records]
    _check_measured_alike(records)
    return rows + [replace(_row(run), status="failed", error=failure) for run, failure in failed]


def comparison_of_runs(rows: Sequence[Row]) -> Comparison:
    """Compare runs, also with their untrained agents where these were measured alike.

    Args:
        rows: rows of `rows_of_runs`.
    """
    found = {row.curve: read_run(Path(row.curve)).evaluation for row in rows}
    before = {run: evaluation.comparable_before for run, evaluation in found.items()}
    starts = {run: float(np.mean(returns)) for run, returns in before.items() if returns}
    ways = {row.env_id: found[row.curve].way for row in rows if row.returns}
    return compare(rows, starts, ways)


def _failure(record: RunRecord) -> str:
    """Return the error with which a run ended that was not evaluated; empty if it did not fail."""
    progress = None if record.evaluation.after else last_progress(record.folder.store)
    return "" if progress is None or record.folder.is_held else progress.failure


def _evaluated(records: Sequence[RunRecord]) -> Iterator[RunRecord]:
    """Select the runs that can be compared; say so of the others, or refuse if there are no more.

    Raises:
        ValueError: no run has a final evaluation.
    """
    missing = [record for record in records if not record.evaluation.after]
    for record in missing:
        folder = record.folder.path
        reason = (
            f"the run {folder} has no evaluation yet; let it end ({program()} train --resume "
            f"{folder}), or measure the agent as it is, if it was trained ({program()} evaluate "
            f"{folder})"
        )
        if len(missing) == len(records):
            raise ValueError(reason)
        warnings.warn(f"left out: {reason}", stacklevel=3)
    yield from (record for record in records if record.evaluation.after)


def _check_measured_alike(records: Sequence[RunRecord]) -> None:
    """Refuse runs of one environment that were evaluated in several ways.

    Raises:
        ValueError: some were; the message says what to do.
    """
    ways: dict[object, dict[str, RunRecord]] = {}
    for record in records:
        ways.setdefault(record.config["env_id"], {}).setdefault(record.evaluation.way, record)
    for found in ways.values():
        if len(found) > 1:
            each = "; ".join(f"{way}: {record.folder.path}" for way, record in found.items())
            most = max(len(record.evaluation.after) for record in found.values())
            raise ValueError(
                f"these runs were evaluated in different ways, which cannot be compared ({each}); "
                f"measure each with: {program()} evaluate RUN --episodes {most} --sampled"
            )


def _row(run: RunRecord) -> Row:
    folder, config = run.folder.path, run.config
    if "env_id" not in config or "algo" not in config:
        problem = "; ".join(run.unreadable) or "config.toml names no environment or algorithm"
        raise ValueError(f"{folder} cannot be compared: {problem}")
    arm = arm_of_teacher(config)
    formula = config.get("teacher", "synthetic") == "synthetic"  # whose answers take no time
    return Row(
        env_id=str(config["env_id"]),
        algo=str(config["algo"]),
        arm=arm,
        labels=int(config.get("labels", 0)),
        demonstrations=0,
        seed=int(config.get("seed", 0)),
        returns=run.evaluation.after,
        steps=run.evaluation.steps or int(run.curve.last(STEPS) or 0),
        seconds=run.curve.last(SECONDS) or 0.0,
        labels_given=_labels_given(run),
        human_seconds=0.0 if formula else read_answers(run.folder.store).seconds,
        accuracy=run.latest("accuracy"),
        cross_entropy=run.latest("cross_entropy"),
        correlation=run.latest("correlation"),
        curve=str(folder),
        settings=renamed(config),
        versions={name: str(version) for name, version in run.versions.items()},
    )


def _labels_given(run: RunRecord) -> int:
    """Count the labels in the store; without one, take the number that was logged last."""
    labels = count_labels(run.folder.store)
    return int(run.curve.last(LABELS) or 0) if labels is None else labels
