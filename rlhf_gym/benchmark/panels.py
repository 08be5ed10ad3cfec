"""Choose what each panel of a comparison shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from rlhf_gym.benchmark import figures
from rlhf_gym.benchmark.cells import Cell, unique
from rlhf_gym.benchmark.comparison import Comparison
from rlhf_gym.benchmark.curves import Against, Band, band
from rlhf_gym.benchmark.styles import Style, styles
from rlhf_gym.report.data import Progress

__all__ = ["Panels", "panels"]

Styles = Mapping[tuple[str, int], Style]


@dataclass(frozen=True)
class Panels:
    """The drawn panels of each section; empty where there is nothing to draw.

    Attributes:
        profiles: performance profiles, one an algorithm, then the algorithms against each other.
        steps: true return against steps, one an environment and algorithm.
        labels: against labels, and minutes where nobody answered.
        minutes: against a person's own minutes.
        needed: score by number of labels.
        model: score against what the reward model reached.
    """

    profiles: tuple[Markup, ...]
    steps: tuple[Markup, ...]
    labels: tuple[Markup, ...]
    minutes: tuple[Markup, ...]
    needed: tuple[Markup, ...]
    model: tuple[Markup, ...]


def panels(comparison: Comparison, curves: Mapping[str, Progress], by_arm: Styles) -> Panels:
    """Draw all panels."""
    level = {id(cell): series.level for series in comparison.series for cell in series.cells}
    styled = [(by_arm[cell.arm, level[id(cell)]], cell) for cell in comparison.cells]
    return Panels(
        profiles=tuple(_profiles(comparison, by_arm)),
        steps=tuple(_curves(styled, curves, "steps")),
        labels=tuple(_curves(styled, curves, "labels")),
        minutes=tuple(_curves(styled, curves, "minutes")),
        needed=tuple(_needed(comparison, by_arm)),
        model=tuple(_model(styled)),
    )


def _profiles(comparison: Comparison, by_arm: Styles) -> Iterator[Markup]:
    for algo in comparison.algorithms:
        found = [series for series in comparison.of(algo) if series.scored]
        if found:
            lines = [(by_arm[series.arm, series.level], series) for series in found]
            yield figures.profiles(lines, name=f"profile-{algo}", title=algo.upper())
    mains = [main for algo in comparison.algorithms if (main := comparison.main(algo)).scored]
    if len(mains) > 1:
        lines = list(zip(styles(len(mains)), mains, strict=True))
        yield figures.profiles(lines, name="profile-mains", title="the algorithms", legend=True)


def _curves(
    styled: list[tuple[Style, Cell]], curves: Mapping[str, Progress], against: Against
) -> Iterator[Markup]:
    """A panel for each environment and algorithm of which something was logged."""
    x_label = {"steps": "steps", "labels": "labels", "minutes": "minutes of answering"}[against]
    for env_id, algo in unique((cell.env_id, cell.algo) for _, cell in styled):
        cells = [(s, cell) for s, cell in styled if (cell.env_id, cell.algo) == (env_id, algo)]
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
            yield figures.curves(
                lines,
                levels,
                x_label,
                name=f"{against}-{env_id}-{algo}",
                title=f"{env_id} {algo.upper()}",
                minutes=against == "labels" and not person,
            )


def _needed(comparison: Comparison, by_arm: Styles) -> Iterator[Markup]:
    for found in comparison.efficiencies:
        cell = found.cells[0]
        title = f"{cell.env_id} {cell.algo.upper()}"
        name = f"needed-{cell.env_id}-{cell.algo}-{cell.arm}"
        yield figures.against_labels(found, by_arm[cell.arm, 0], name=name, title=title)


def _model(styled: list[tuple[Style, Cell]]) -> Iterator[Markup]:
    for measure, x_label in (
        ("accuracy", "accuracy on held-out labels"),
        ("correlation", "correlation of learned and true return"),
    ):
        known = [(s, c) for s, c in styled if c.scale is not None and c.measured(measure).size]
        if known:
            yield figures.against_accuracy(known, measure, x_label, name=f"model-{measure}")
