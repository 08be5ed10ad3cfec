"""Panels: the small figures of a comparison, drawn for each section of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from rlhf_gym.reports.comparison import figures
from rlhf_gym.reports.comparison.styles import Style, Styles, styles
from rlhf_gym.results.cells import algorithm_name
from rlhf_gym.results.curves import Against, Band, band
from rlhf_gym.results.side_by_side import Comparison
from rlhf_gym.runs.records import LearningCurve

__all__ = ["Panel", "panels"]


@dataclass(frozen=True)
class Panel:
    """A drawn panel and its title."""

    title: str
    picture: Markup


def panels(
    comparison: Comparison, curves: Mapping[str, LearningCurve], by_arm: Styles
) -> dict[str, list[Panel]]:
    """Draw the panels of each section; a section without anything to draw has none.

    Returns:
        ``profiles``: a performance profile for each algorithm, then one for all algorithms;
        ``steps``, ``labels`` and ``minutes``: true return against each of them, minutes being those
        of a person; ``needed``: score by number of labels; ``model``: score against measures of the
        reward model.
    """
    every: tuple[Against, ...] = ("steps", "labels", "minutes")
    return {
        "profiles": list(_profiles(comparison, by_arm)),
        **{against: list(_curves(comparison, curves, by_arm, against)) for against in every},
        "needed": list(_needed(comparison, by_arm)),
        "model": list(_model(comparison, by_arm)),
    }


def _profiles(comparison: Comparison, by_arm: Styles) -> Iterator[Panel]:
    for algo in comparison.algorithms:
        found = [series for series in comparison.of(algo) if series.scored]
        if found:
            lines = [(by_arm[series.key], series) for series in found]
            title = algorithm_name(algo)
            yield Panel(title, figures.profiles(lines, name=f"profile-{algo}", title=title))
    mains = [main for algo in comparison.algorithms if (main := comparison.main(algo)).scored]
    if len(mains) > 1:
        lines = list(zip(styles(len(mains)), mains, strict=True))
        title = "All algorithms, taught"
        picture = figures.profiles(lines, name="profile-mains", title=title, legend=True)
        yield Panel(title, picture)


def _curves(
    comparison: Comparison, curves: Mapping[str, LearningCurve], by_arm: Styles, against: Against
) -> Iterator[Panel]:
    """Draw a panel for each environment and algorithm that has a learning curve."""
    x_label = {"steps": "steps", "labels": "labels", "minutes": "minutes of answering"}[against]
    for env_id, algo in comparison.places:
        cells = [(by_arm[series.key], cell) for series, cell in comparison.at(env_id, algo)]
        person = any(row.human_seconds for _, cell in cells for row in cell.rows)
        if against == "minutes" and not person:
            continue
        lines: list[tuple[Style, Band]] = []
        levels: list[tuple[Style, float]] = []
        for style, cell in cells:
            found = band(cell, curves, against)
            if found is not None:
                lines.append((style, found))
            elif cell.rows and not cell.labels:
                levels.append((style, float(np.median(cell.returns))))
        if lines:
            title = cells[0][1].place
            picture = figures.curves(
                lines,
                levels,
                x_label,
                name=f"{against}-{env_id}-{algo}",
                title=title,
                minutes=against == "labels" and not person,
            )
            yield Panel(title, picture)


def _needed(comparison: Comparison, by_arm: Styles) -> Iterator[Panel]:
    for found in comparison.efficiencies:
        cell = found.cells[0]
        name = f"needed-{cell.env_id}-{cell.algo}-{cell.arm}"
        style = by_arm[cell.arm, 0]
        picture = figures.against_labels(found, style, name=name, title=cell.place)
        yield Panel(cell.place, picture)


def _model(comparison: Comparison, by_arm: Styles) -> Iterator[Panel]:
    """Draw score against accuracy, and against correlation."""
    scored = [(by_arm[each.key], cell) for each in comparison.series for cell in each.scored]
    for measure, x_label in (
        ("accuracy", "accuracy on held-out labels"),
        ("correlation", "correlation of learned and true return"),
    ):
        known = [(style, cell) for style, cell in scored if cell.measured(measure).size]
        if known:
            picture = figures.against_accuracy(known, measure, x_label, name=f"model-{measure}")
            yield Panel(measure.capitalize(), picture)
