"""Panels: the small figures of a comparison, drawn for each section of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from markupsafe import Markup

from rlhf_gym.reports.comparison import figures
from rlhf_gym.reports.comparison.styles import Style, Styles, styles
from rlhf_gym.reports.plotting import HALF, THIRD, WIDE, on_any_screen
from rlhf_gym.results.cells import Cell, algorithm_name
from rlhf_gym.results.curves import Against, Band, band
from rlhf_gym.results.series import Series
from rlhf_gym.results.side_by_side import Comparison, Efficiency
from rlhf_gym.runs.records import LearningCurve

__all__ = ["Panel", "Panels", "panels"]


Key: TypeAlias = tuple[str, int]
"""Arm and level of a series."""

SIZES: dict[int, figures.Size] = {1: (WIDE, 3.2), 2: (HALF, 2.7), 3: (THIRD, 2.3)}
"""Width and height of panels by how many stand side by side."""


@dataclass(frozen=True)
class Panel:
    """A drawn panel, its title, and the series that are in it."""

    title: str
    picture: Markup
    keys: frozenset[Key]


@dataclass(frozen=True)
class Panels:
    """The panels of a section.

    Attributes:
        drawn: the panels.
        columns: how many stand side by side on a wide screen.
    """

    drawn: list[Panel]
    columns: int

    def __bool__(self) -> bool:
        return bool(self.drawn)

    @property
    def keys(self) -> frozenset[Key]:
        """The series that are in any of the panels."""
        return frozenset().union(*(panel.keys for panel in self.drawn))


@dataclass(frozen=True)
class _Sketch:
    """A panel to be drawn as large as the number of its neighbours allows."""

    title: str
    keys: frozenset[Key]
    draw: Callable[[figures.Size, str], Markup]


def panels(
    comparison: Comparison, curves: Mapping[str, LearningCurve], by_arm: Styles
) -> dict[str, Panels]:
    """Draw the panels of each section; a section without anything to draw has none.

    Returns:
        ``profiles``: a performance profile for each algorithm, then one for all algorithms;
        ``steps``, ``labels`` and ``minutes``: true return against each of them, minutes being those
        of a person; ``needed``: score by number of labels; ``model``: score against measures of the
        reward model.
    """
    every: tuple[Against, ...] = ("steps", "labels", "minutes")
    sketches: dict[str, Iterator[_Sketch]] = {
        "profiles": _profiles(comparison, by_arm),
        "needed": _needed(comparison, by_arm),
        "model": _model(comparison, by_arm),
    }
    for against in every:
        sketches[against] = _curves(comparison, curves, by_arm, against)
    return {name: _drawn(list(found)) for name, found in sketches.items()}


def _drawn(sketches: Sequence[_Sketch]) -> Panels:
    """Draw panels so that they fill the page; a single one is drawn once more for phones."""
    columns = len(sketches) if len(sketches) < 3 else 2 if len(sketches) == 4 else 3
    return Panels([_panel(sketch, columns) for sketch in sketches], columns)


def _panel(sketch: _Sketch, columns: int) -> Panel:
    if columns > 1:
        picture = sketch.draw(SIZES[columns], "")
    else:
        picture = on_any_screen(lambda wide: sketch.draw(SIZES[1 if wide else 2], f"-{wide}"))
    return Panel(sketch.title, picture, sketch.keys)


def _profiles(comparison: Comparison, by_arm: Styles) -> Iterator[_Sketch]:
    for algo in comparison.algorithms:
        found = [series for series in comparison.of(algo) if series.scored]
        if found:
            lines = [(by_arm[series.key], series) for series in found]
            keys = frozenset(series.key for series in found)
            yield _profile(lines, f"profile-{algo}", algorithm_name(algo), keys)
    mains = [main for algo in comparison.algorithms if (main := comparison.main(algo)).scored]
    if len(mains) > 1:
        lines = list(zip(styles(len(mains)), mains, strict=True))
        yield _profile(lines, "profile-mains", "All algorithms, taught", frozenset())


def _profile(
    lines: Sequence[tuple[Style, Series]], name: str, title: str, keys: frozenset[Key]
) -> _Sketch:
    def draw(size: figures.Size, suffix: str) -> Markup:
        return figures.profiles(lines, size, name=name + suffix, title=title, legend=not keys)

    return _Sketch(title, keys, draw)


def _curves(
    comparison: Comparison, curves: Mapping[str, LearningCurve], by_arm: Styles, against: Against
) -> Iterator[_Sketch]:
    """Sketch a panel for each environment and algorithm that has a learning curve."""
    for env_id, algo in comparison.places:
        found = comparison.at(env_id, algo)
        person = any(row.human_seconds for _, cell in found for row in cell.rows)
        if against == "minutes" and not person:
            continue
        lines: dict[Key, tuple[Style, Band]] = {}
        levels: dict[Key, tuple[Style, float]] = {}
        for series, cell in found:
            curve = band(cell, curves, against)
            if curve is not None:
                lines[series.key] = by_arm[series.key], curve
            elif cell.rows and not cell.labels:
                levels[series.key] = by_arm[series.key], float(np.median(cell.returns))
        if lines:
            yield _curve(lines, levels, against, found[0][1].place, minutes=not person)


def _curve(
    lines: Mapping[Key, tuple[Style, Band]],
    levels: Mapping[Key, tuple[Style, float]],
    against: Against,
    place: str,
    *,
    minutes: bool,
) -> _Sketch:
    def draw(size: figures.Size, suffix: str) -> Markup:
        return figures.curves(
            list(lines.values()),
            list(levels.values()),
            {"steps": "steps", "labels": "labels", "minutes": "minutes of answering"}[against],
            size,
            name=f"{against}-{place}{suffix}",
            title=place,
            minutes=against == "labels" and minutes,
        )

    return _Sketch(place, frozenset({*lines, *levels}), draw)


def _needed(comparison: Comparison, by_arm: Styles) -> Iterator[_Sketch]:
    for found in comparison.efficiencies:
        cell = found.cells[0]
        draw = partial(_by_labels, found, by_arm[cell.arm, 0])
        yield _Sketch(cell.place, frozenset({(cell.arm, 0)}), draw)


def _by_labels(found: Efficiency, style: Style, size: figures.Size, suffix: str) -> Markup:
    cell = found.cells[0]
    name = f"needed-{cell.env_id}-{cell.algo}-{cell.arm}{suffix}"
    return figures.against_labels(found, style, size, name=name, title=cell.place)


def _model(comparison: Comparison, by_arm: Styles) -> Iterator[_Sketch]:
    """Sketch score against accuracy, and against correlation."""
    scored = [(each.key, cell) for each in comparison.series for cell in each.scored]
    for measure, x_label in (
        ("accuracy", "accuracy on held-out labels"),
        ("correlation", "correlation of learned and true return"),
    ):
        known = [(key, cell) for key, cell in scored if cell.measured(measure).size]
        if not known:
            continue
        points = [(by_arm[key], cell) for key, cell in known]
        draw = partial(_points, points, measure, x_label)
        yield _Sketch(measure.capitalize(), frozenset(key for key, _ in known), draw)


def _points(
    points: Sequence[tuple[Style, Cell]],
    measure: str,
    x_label: str,
    size: figures.Size,
    suffix: str,
) -> Markup:
    name = f"model-{measure}{suffix}"
    return figures.against_accuracy(points, measure, x_label, size, name=name)
