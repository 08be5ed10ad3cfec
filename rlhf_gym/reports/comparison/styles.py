"""Styles: colour, dashes and marker of each series, the same in every figure of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rlhf_gym.reports.plotting import BLUE, GREEN, GREY, INK, ORANGE, PINK, SKY, VERMILLION
from rlhf_gym.results.arms import arm_of

__all__ = ["Style", "Styles", "arm_styles", "styles"]


@dataclass(frozen=True)
class Style:
    """How a series is drawn; colour, dashes and marker each distinguish it by themselves.

    Attributes:
        colour: colour of lines and markers.
        dashes: lengths of dashes and gaps in points; empty: a solid line.
        marker: matplotlib's letter.
    """

    colour: str
    dashes: tuple[float, ...]
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Keyword arguments for matplotlib's ``plot``."""
        dashes = (0, self.dashes) if self.dashes else "-"
        return {"color": self.colour, "linestyle": dashes, "marker": self.marker}


Styles: TypeAlias = Mapping[tuple[str, int], Style]
"""The style of each arm and level."""

FIXED = {
    ("true", 0): Style(INK, (), "D"),
    ("learned", 0): Style(BLUE, (), "o"),
    ("shuffled", 0): Style(VERMILLION, (5, 1.5), "s"),
    ("random", 0): Style(GREY, (1, 1.6), "X"),
}
COLOURS = (ORANGE, GREEN, SKY, PINK, VERMILLION, BLUE)
DASHES = ((6, 1.5, 1, 1.5), (3, 1.2), (8, 2), (6, 1.5, 1, 1.5, 1, 1.5))
MARKERS = ("^", "v", "P", "<", ">")


def arm_styles(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Style]:
    """Return a style for each arm and level; the four usual arms always look the same."""
    ordered = sorted(set(keys), key=lambda key: (arm_of(key[0]).order, key[1]))
    others = [key for key in ordered if key not in FIXED]
    found = dict(zip(others, styles(len(others)), strict=True))
    return {key: FIXED.get(key) or found[key] for key in ordered}


def styles(count: int) -> list[Style]:
    """Return ``count`` styles; up to 60 differ."""
    return [
        Style(COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)], MARKERS[i % len(MARKERS)])
        for i in range(count)
    ]
