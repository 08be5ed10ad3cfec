"""Styles: colour, dashes and marker of each series, the same in every figure of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rlhf_gym.reports.plotting import BLUE, GREEN, GREY, INK, ORANGE, PINK, SKY, VERMILLION
from rlhf_gym.results.cells import arm_order

__all__ = ["Style", "arm_styles", "styles"]


@dataclass(frozen=True)
class Style:
    """How a series is drawn; each of the three tells it from the others without the other two.

    Attributes:
        colour: of lines and markers.
        dashes: lengths of dashes and gaps in points; empty: a solid line.
        marker: matplotlib's letter.
    """

    colour: str
    dashes: tuple[float, ...]
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Keyword arguments of matplotlib's ``plot``."""
        dashes = (0, self.dashes) if self.dashes else "-"
        return {"color": self.colour, "linestyle": dashes, "marker": self.marker}


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
    """A style for each arm and level; the four arms of every benchmark always look the same."""
    ordered = sorted(set(keys), key=lambda key: (arm_order(key[0]), key[1]))
    others = [key for key in ordered if key not in FIXED]
    found = dict(zip(others, styles(len(others)), strict=True))
    return {key: FIXED.get(key) or found[key] for key in ordered}


def styles(count: int) -> list[Style]:
    """So many styles that differ; 60 do."""
    return [
        Style(COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)], MARKERS[i % len(MARKERS)])
        for i in range(count)
    ]
