"""Forest plots: estimates with their intervals and runs, one row for each series, on one axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from rlhf_gym.basics.words import counted, number
from rlhf_gym.reports.comparison.strips import Axis, axis_of, scale, strip
from rlhf_gym.reports.comparison.styles import Style, Styles
from rlhf_gym.reports.comparison.writing import decimals, with_interval
from rlhf_gym.results.cells import Cell, algorithm_name, unique
from rlhf_gym.results.side_by_side import Comparison
from rlhf_gym.results.statistics import Estimate, Floats

__all__ = ["Forest", "chances", "each_environment", "over_all"]

BETWEEN = "Between algorithms"


@dataclass(frozen=True)
class Strip:
    """A row of a forest plot: its name, its picture and its numbers."""

    name: str
    picture: Markup
    text: str


@dataclass(frozen=True)
class Forest:
    """Strips over one axis; a wide one spans the page."""

    title: str
    note: str
    strips: list[Strip]
    scale: Markup
    wide: bool = True


def over_all(comparison: Comparison, styles: Styles) -> Iterator[Forest]:
    """Draw each algorithm over all environments."""
    scored = [series for series in comparison.series if series.scored]
    axis = axis_of((v for s in scored for c in s.scored for v in c.values), scores=True)
    for algo in unique(series.algo for series in scored):
        found = [series for series in scored if series.algo == algo]
        strips = [
            _strip(
                series.name,
                series.estimate,
                np.concatenate([cell.values for cell in series.scored]),
                axis,
                styles[series.key],
            )
            for series in found
        ]
        note = counted(max(len(series.scored) for series in found), "environment")
        yield Forest(algorithm_name(algo) or "No algorithm", note, strips, scale(axis))


def _strip(name: str, estimate: Estimate, values: Floats, axis: Axis, style: Style) -> Strip:
    text = with_interval(estimate)
    return Strip(name, strip(estimate, values, axis, style, f"{name}: {text}"), text)


def each_environment(comparison: Comparison, styles: Styles) -> Iterator[Forest]:
    """Draw each environment with each algorithm."""
    for env_id, algo in comparison.places:
        found = comparison.at(env_id, algo)
        cells = [cell for _, cell in found]
        scored = cells[0].scale is not None
        axis = axis_of((v for cell in cells for v in cell.values), scores=scored)
        strips = [_of_cell(cell, axis, styles[series.key]) for series, cell in found]
        reason = comparison.unscored.get((env_id, algo))
        note = "score" if reason is None else f"true return, not a score: {reason}"
        yield Forest(cells[0].place, note, strips, scale(axis), wide=False)


def _of_cell(cell: Cell, axis: Axis, style: Style) -> Strip:
    if not cell.rows:
        text = f"{cell.failed} failed"
    else:
        text = with_interval(cell.estimate, decimals if cell.scale else number)
    picture = strip(cell.estimate, cell.values, axis, style, f"{cell.name}: {text}")
    return Strip(cell.name, picture, text)


def chances(comparison: Comparison, styles: Styles) -> Iterator[Forest]:
    """Draw the probabilities of improvement: within each algorithm, then between algorithms."""
    axis = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))
    groups: dict[str, list[Strip]] = {}
    for each in comparison.improvements:
        within = each.x.algo == each.y.algo
        title = f"{each.x.title}, beats" if within else BETWEEN
        name = each.y.name if within else f"{each.x.title}, beats {each.y.title}"
        style = styles[each.y.key]
        groups.setdefault(title, []).append(_strip(name, each.estimate, np.empty(0), axis, style))
    for title, strips in groups.items():
        wide = title == BETWEEN or len(groups) == 1
        yield Forest(title, "", strips, scale(axis), wide)
