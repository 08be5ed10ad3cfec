"""Curves: true returns of the runs of a cell during training, by steps, labels or minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from rlhf_gym.results.cells import Cell
from rlhf_gym.results.row import Row
from rlhf_gym.results.statistics import Floats
from rlhf_gym.runs.records import LABELS, STEPS, TRUE_RETURN, LearningCurve, read_curve

__all__ = ["SECONDS_A_LABEL", "Against", "Band", "band", "read_curves"]

Against: TypeAlias = Literal["steps", "labels", "minutes"]

SECONDS_A_LABEL = 4.0
"""Seconds that a label would have cost a person, where a formula answered: Christiano et al.
(2017), section 2.2.4, report 3 to 5 seconds."""
POINTS = 100


@dataclass(frozen=True)
class Band:
    """Median and quartiles over the runs of a cell.

    Attributes:
        x: steps, labels or minutes ``(points,)``.
        low: the lower quartile of the true return ``(points,)``.
        middle: its median ``(points,)``.
        high: the upper quartile ``(points,)``.
    """

    x: Floats
    low: Floats
    middle: Floats
    high: Floats


def read_curves(rows: Sequence[Row], folder: Path) -> dict[str, LearningCurve]:
    """Read the learning curves of the runs that have one, by the name of the curve.

    What a row of a results folder says to lie outside of it is not read.
    """
    names = {row.curve for row in rows if row.curve and (folder / row.curve).exists()}
    if folder != Path():  # else they are run folders that were named one by one
        inside = folder.resolve()
        names = {name for name in names if (folder / name).resolve().is_relative_to(inside)}
    return {name: read_curve(folder / name) for name in sorted(names)}


def band(cell: Cell, curves: Mapping[str, LearningCurve], against: Against) -> Band | None:
    """Compute the band of a cell; None if no run of it has a curve.

    A run is interpolated linearly between its logged points, and not counted before the first and
    after the last. The band ends where half of the runs have ended. If all labels were given before
    training, the band is one point: the return that was reached with them.
    """
    lines = [_line(row, curves[row.curve], against) for row in cell.rows if row.curve in curves]
    lines = [(x, y) for x, y in lines if len(x)]
    if not lines:
        return None
    start = np.median([x[0] for x, _ in lines])
    end = np.median([x[-1] for x, _ in lines])
    x = np.linspace(start, end, POINTS if end > start else 1)
    values = np.stack([np.interp(x, *line, left=np.nan, right=np.nan) for line in lines])
    known = np.isfinite(values).any(axis=0)
    low, middle, high = np.nanpercentile(values[:, known], (25, 50, 75), axis=0)
    return Band(x[known], low, middle, high)


def _line(row: Row, curve: LearningCurve, against: Against) -> tuple[Floats, Floats]:
    """Return one run's x, increasing, and true returns; the last of several at one x counts."""
    x, y = curve.series(STEPS if against == "steps" else LABELS, TRUE_RETURN)
    if against == "minutes":
        x = x * seconds_a_label(row) / 60
    last = np.append(np.diff(x) > 0, True)[: len(x)]
    return x[last], y[last]


def seconds_a_label(row: Row) -> float:
    """Return the seconds that a label cost the person who gave it, or would have cost one."""
    if row.human_seconds and row.labels_given:
        return row.human_seconds / row.labels_given
    return SECONDS_A_LABEL
