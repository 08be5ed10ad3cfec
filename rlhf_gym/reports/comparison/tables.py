"""The tables of a comparison, as text: for the page, for Markdown, for a paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from rlhf_gym.basics.text_table import TextTable
from rlhf_gym.basics.words import NOTHING, duration, number
from rlhf_gym.reports.comparison.writing import (
    decimals,
    run_name,
    run_names,
    with_interval,
)
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.cells import Cell, algorithm_name, arm_name, cells_name
from rlhf_gym.results.row import Row
from rlhf_gym.results.side_by_side import WANTED, Comparison, Efficiency
from rlhf_gym.results.statistics import Floats

__all__ = ["TITLED", "by_cell", "columns", "measured", "overview"]

Column: TypeAlias = Callable[[Cell], str]


def result(cell: Cell) -> str:
    """Write a cell's score, or its true return if there is no score, with the interval."""
    if not cell.rows:
        return "failed"
    if cell.scale is None:
        return with_interval(cell.estimate, number) + " return"
    return with_interval(cell.estimate)


def overview(comparison: Comparison) -> TextTable:
    """List interquartile means with intervals: a row for each place, a column for each arm."""
    names = columns(comparison)
    rows = []
    for env_id, algo in comparison.places:
        texts = [_across(_column(comparison, key), env_id, algo) for key in names]
        rows.append((env_id, algorithm_name(algo), *texts))
    return TextTable(("environment", "algorithm", *names.values()), tuple(rows))


def columns(comparison: Comparison) -> dict[tuple[str, int], str]:
    """Return arm and level of every series, in order, with their names over all algorithms."""
    keys = {series.key for series in comparison.series}
    ordered = sorted(keys, key=lambda key: (arm_of(key[0]).order, key[1]))
    return {key: cells_name(_column(comparison, key)) for key in ordered}


def _column(comparison: Comparison, key: tuple[str, int]) -> list[Cell]:
    return [cell for series in comparison.series if series.key == key for cell in series.cells]


def _across(every: Sequence[Cell], env_id: str, algo: str) -> str:
    """Write one cell of the overview; with its amount of feedback where that varies."""
    found = [cell for cell in every if (cell.env_id, cell.algo) == (env_id, algo)]
    if not found:
        return ""
    varies = len({(cell.labels, cell.demonstrations) for cell in every}) > 1
    amount = found[0].labels or found[0].demonstrations
    return result(found[0]) + (f" ({amount:,})" if varies else "")


def runs(comparison: Comparison) -> TextTable:
    """List every run with a true return: its name, arm, seed, steps, labels and true return."""
    known = [row for row in comparison.rows if math.isfinite(row.mean_return)]
    rows = tuple(
        (
            name,
            f"{row.env_id} {algorithm_name(row.algo)} {arm_name([row])}",
            str(row.seed),
            f"{row.length:,}",
            f"{row.labels_given:,}",
            number(comparison.starts.get(row.curve, math.nan)),
            number(row.mean_return),
        )
        for name, row in zip(run_names(known), known, strict=True)
    )
    after = "after" if comparison.starts else "true return"
    header = ("run", "arm", "seed", "steps", "labels given", "before", after)
    return TextTable(header, rows).of_known_columns()


def measured(comparison: Comparison) -> str:
    """Say how the agents were measured before and after training; empty where it is not known.

    >>> measured(Comparison((), (), (), (), {}, {"runs/a": 22.0}, {"CartPole-v1": "20 episodes"}))
    'True returns before and after training, measured alike: 20 episodes.'
    """
    ways = comparison.ways
    if not ways:
        return ""
    alike = len(set(ways.values())) == 1
    each = set(ways.values()) if alike else [f"{env} {way}" for env, way in ways.items()]
    when = "before and after training, measured alike" if comparison.starts else "after training"
    return f"True returns {when}: {'; '.join(each)}."


def by_cell(comparison: Comparison) -> TextTable:
    """List every cell: score, median true return before and after, the worst, seeds."""
    columns: dict[str, Column] = {
        "score [95 %]": _score,
        "before, median": lambda cell: number(_median_before(comparison, cell)),
        ("after" if comparison.starts else "true return") + ", median": (
            lambda cell: number(_median(cell, "mean_return"))
        ),
        "worst seed": lambda cell: number(min(cell.returns, default=math.nan)),
        "seeds": lambda cell: (
            f"{len(cell.rows)}" + (f" ({cell.failed} failed)" if cell.failed else "")
        ),
    }
    return _of_cells(comparison.cells, columns)


def _of_cells(cells: Iterable[Cell], columns: Mapping[str, Column]) -> TextTable:
    """Return a table with a row for each cell, without columns in which nothing is known."""
    rows = tuple(
        (cell.env_id, algorithm_name(cell.algo), cell.name, *(f(cell) for f in columns.values()))
        for cell in cells
    )
    header = ("environment", "algorithm", "arm", *columns)
    return TextTable(header, rows, labels=3).of_known_columns()


def _score(cell: Cell) -> str:
    return NOTHING if cell.scale is None else with_interval(cell.estimate)


def aggregates(comparison: Comparison) -> TextTable:
    """List every series with its score over all environments."""
    rows = tuple(
        (
            algorithm_name(series.algo),
            series.name,
            with_interval(series.estimate),
            str(len(series.scored)),
            str(series.runs),
        )
        for series in comparison.series
        if series.scored
    )
    return TextTable(("algorithm", "arm", "score [95 %]", "environments", "runs"), rows)


def improvements(comparison: Comparison) -> TextTable:
    """List the probabilities that a run of one series beats a run of another."""
    rows = tuple(
        (each.x.title, each.y.title, with_interval(each.estimate), str(each.environments))
        for each in comparison.improvements
    )
    return TextTable(("X", "Y", "P(X > Y) [95 %]", "environments"), rows)


def efficiencies(comparison: Comparison) -> TextTable:
    """List scores by number of labels, and the labels that a score of 0.9 needs."""
    rows = tuple(
        (
            each.cells[0].env_id,
            algorithm_name(each.cells[0].algo),
            ", ".join(f"{cell.labels:,}: {decimals(cell.estimate.value)}" for cell in each.cells),
            needed(each),
        )
        for each in comparison.efficiencies
    )
    header = ("environment", "algorithm", "labels: score", f"labels for a score of {WANTED}")
    return TextTable(header, rows)


def needed(found: Efficiency) -> str:
    """Write the number of labels needed, as far as it was measured."""
    if math.isnan(found.needed):
        return f"more than {found.cells[-1].labels:,}"
    few = found.cells[0].labels
    return f"{few:,} or fewer" if found.needed <= few else f"about {found.needed:,.0f}"


def speeds(comparison: Comparison) -> TextTable:
    """List wall time, processor time and speed of training: medians over the seeds of a cell."""
    columns: dict[str, Column] = {
        "wall time": lambda cell: duration(_median(cell, "seconds")),
        "true reward = 1": lambda cell: decimals(_slowdown(comparison, cell)),
        "processor time": lambda cell: duration(_median(cell, "cpu_seconds") or math.nan),
        "steps/s": lambda cell: f"{_median(cell, 'steps_per_second'):,.0f}",
    }
    return _of_cells(filter(_timed, comparison.cells), columns)


def speeds_over_all(comparison: Comparison) -> TextTable:
    """List the speed of every series: medians over its environments."""
    rows = []
    for series in comparison.series:
        timed = [cell for cell in series.cells if _timed(cell)]
        if timed:
            speed = np.median([_median(cell, "steps_per_second") for cell in timed])
            slowdowns = [_slowdown(comparison, cell) for cell in timed]
            known = [value for value in slowdowns if math.isfinite(value)]
            slowdown = float(np.median(known)) if known else math.nan
            name = algorithm_name(series.algo)
            rows.append((name, series.name, decimals(slowdown), f"{speed:,.0f}", str(len(timed))))
    header = ("algorithm", "arm", "wall time, true reward = 1", "steps/s", "environments")
    return TextTable(header, tuple(rows)).of_known_columns()


def _timed(cell: Cell) -> bool:
    return cell.measured("steps_per_second").size > 0


def _slowdown(comparison: Comparison, cell: Cell) -> float:
    """Return wall time relative to the true reward's, for the same algorithm and environment."""
    place = comparison.at(cell.env_id, cell.algo)
    plain = [_median(each, "seconds") for _, each in place if each.arm == "true" and _timed(each)]
    return _median(cell, "seconds") / plain[0] if plain and plain[0] else math.nan


def diagnostics(comparison: Comparison) -> TextTable:
    """List reward models on held-out labels: medians over seeds, the lowest in brackets."""
    columns: dict[str, Column] = {
        "accuracy (lowest)": lambda cell: _with_lowest(cell.measured("accuracy")),
        "cross-entropy, nats": lambda cell: decimals(_median(cell, "cross_entropy")),
        "correlation (lowest)": lambda cell: _with_lowest(cell.measured("correlation")),
        "score": _score,
    }
    known = (cell for cell in comparison.cells if cell.measured("accuracy").size)
    return _of_cells(known, columns)


def failures(comparison: Comparison) -> TextTable:
    """List the runs without a true return, with the reasons."""
    rows = tuple((run_name(row), error_of(row)) for row in comparison.failed)
    return TextTable(("run", "error"), rows)


def error_of(row: Row) -> str:
    """Write the reason why a run has no true return."""
    lines = row.error.strip().splitlines()
    if lines:
        return lines[-1]
    return "its true returns are not finite" if row.returns else "no error was noted"


def _median(cell: Cell, name: str) -> float:
    values = cell.measured(name)
    return float(np.median(values)) if values.size else math.nan


def _median_before(comparison: Comparison, cell: Cell) -> float:
    """Return the median true return before training; NaN unless it is known of all runs."""
    starts = [comparison.starts.get(row.curve, math.nan) for row in cell.rows]
    return float(np.median(starts)) if starts else math.nan


def _with_lowest(values: Floats) -> str:
    if not values.size:
        return NOTHING
    text = decimals(float(np.median(values)))
    return text if values.size == 1 else f"{text} ({decimals(float(values.min()))})"


TITLED: Mapping[str, Callable[[Comparison], TextTable]] = {
    "Overview": overview,
    "Over all environments": aggregates,
    "Every cell": by_cell,
    "Runs": runs,
    "Probability of improvement": improvements,
    "Labels needed": efficiencies,
    "Reward models on held-out labels": diagnostics,
    "Time over all environments": speeds_over_all,
    "Time": speeds,
    "Failed runs": failures,
}
"""All tables by title, in the order of the Markdown."""
