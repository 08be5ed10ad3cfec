"""Tables, scores and names of runs as text."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from rlhf_gym.basics.words import NOTHING
from rlhf_gym.results.cells import algorithm_name, arm_name
from rlhf_gym.results.row import Row
from rlhf_gym.results.statistics import Estimate

__all__ = ["decimals", "run_folder", "run_name", "run_names", "with_interval"]


def decimals(value: float) -> str:
    """Write a score, a probability or an accuracy with two decimals.

    >>> decimals(-0.914), decimals(-0.001), decimals(math.nan)
    ('−0.91', '0.00', '–')
    """
    if math.isnan(value):
        return NOTHING
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def with_interval(estimate: Estimate, write: Callable[[float], str] = decimals) -> str:
    """Write a number with its interval, if it has one.

    >>> with_interval(Estimate(0.956, 0.912, 1.004)), with_interval(Estimate(0.5))
    ('0.96 [0.91, 1.00]', '0.50')
    """
    text = write(estimate.value)
    if math.isnan(estimate.low):
        return text
    return f"{text} [{write(estimate.low)}, {write(estimate.high)}]"


def run_folder(row: Row) -> str:
    """Return the run's folder; empty for a run of a benchmark, which has none."""
    return "" if row.curve.endswith(".csv") else row.curve


def run_names(rows: Sequence[Row]) -> list[str]:
    """Name runs by their folders, or by what they are where they have none.

    >>> run_names([Row("Dot", "ppo", "learned", 8, 0, 1, curve=path) for path in ("/a/x", "/b/x")])
    ['a/x', 'b/x']
    """
    folders = [folder for row in rows if (folder := run_folder(row))]
    clash = len({Path(folder).name for folder in folders}) < len(set(folders))
    above = os.path.commonpath(folders) if clash else ""
    return [
        os.path.relpath(folder, above) if clash and folder else Path(folder).name or run_name(row)
        for row, folder in ((row, run_folder(row)) for row in rows)
    ]


def run_name(row: Row) -> str:
    """Name a run: environment, algorithm, arm and seed."""
    parts = (row.env_id, algorithm_name(row.algo), arm_name([row]), f"(seed {row.seed})")
    return " ".join(filter(None, parts))
