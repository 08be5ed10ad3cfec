"""Strips: one row of a forest plot as inline SVG that is as wide as its place on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from rlhf_gym.reports.comparison.styles import Style
from rlhf_gym.reports.plotting import GREY, RULE, themed
from rlhf_gym.results.statistics import Estimate, Floats

__all__ = ["Axis", "axis_of", "mark", "strip", "ticks"]

HEIGHT = 34
JITTER = (-8.5, 8.5, -4.5, 4.5, 0.0)
"""Offsets of dots from the middle in pixels, so that they do not hide each other."""
SHAPES = {
    "o": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "s": "M-4.5 -4.5h9v9h-9z",
    "D": "M0 -6L6 0L0 6L-6 0z",
    "^": "M0 -6L6 4.5H-6z",
    "v": "M0 6L6 -4.5H-6z",
    "<": "M-6 0L4.5 -6V6z",
    ">": "M6 0L-4.5 -6V6z",
    "P": "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "X": "M-5.5 -3L-3 -5.5L0 -2.5L3 -5.5L5.5 -3L2.5 0L5.5 3L3 5.5L0 2.5L-3 5.5L-5.5 3L-2.5 0z",
}
"""Outlines of the markers, in pixels around their middle."""


@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a strip.

    Attributes:
        low: value at the left edge.
        high: value at the right edge.
        ticks: values of the vertical lines.
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return the position of a value in per cent of the width; values outside lie on the edge.

        >>> Axis(0.0, 2.0, ()).place(0.5), Axis(0.0, 2.0, ()).place(9.0)
        (25.0, 100.0)
        """
        share = (value - self.low) / (self.high - self.low)
        return round(float(np.clip(share, 0.0, 1.0)) * 100, 2)


def axis_of(values: Iterable[float], *, scores: bool) -> Axis:
    """Return an axis for some values; one for scores includes 0 and 1, and ends at -0.5 and 1.5.

    Args:
        values: the values to show.
        scores: whether they are scores.
    """
    known = np.array([value for value in values if np.isfinite(value)] or [0.0])
    low, high = float(known.min()), float(known.max())
    if scores:
        low, high = max(min(low, 0.0), -0.5), min(max(high, 1.0), 1.5)
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    low, high = low - room, high + room
    return Axis(low, high, tuple(ticks(low, high)))


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return a few round numbers between two others.

    >>> ticks(-0.1, 1.1), ticks(-1250.0, -90.0)
    ([0.0, 0.5, 1.0], [-1000.0, -500.0])
    """
    rough = (high - low) / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step for step in (1, 2, 2.5, 5, 10) if step * power >= rough) * power
    first = np.ceil(low / step)
    return [round(float(i * step), 10) + 0.0 for i in np.arange(first, np.floor(high / step) + 1)]


def strip(
    estimate: Estimate, values: Floats | Sequence[float], axis: Axis, style: Style, label: str
) -> Markup:
    """Draw the interval as a bar, the estimate as a marker on it, and each run as a dot.

    Args:
        estimate: the number and its interval.
        values: the values of the runs.
        axis: the horizontal axis.
        style: style of the series.
        label: description for a screen reader.
    """
    middle = HEIGHT / 2
    parts = [
        f'<line x1="{axis.place(tick)}%" x2="{axis.place(tick)}%" y1="0" y2="{HEIGHT}" '
        f'stroke="{RULE}" stroke-width="{1.5 if tick in (0, 1) else 0.75}"/>'
        for tick in axis.ticks
    ]
    for i, value in enumerate(values):
        y = middle + JITTER[i % len(JITTER)]
        parts.append(
            f'<circle cx="{axis.place(value)}%" cy="{y:.1f}" r="2.6" fill="{style.colour}" '
            f'fill-opacity=".38"><title>{f"{value:.4g}".replace("-", chr(0x2212))}</title></circle>'
        )
    if np.isfinite(estimate.low):
        ends = [axis.place(bound) for bound in (estimate.low, estimate.high)]
        dashes = " ".join(map(str, style.dashes)) or "none"
        parts.append(
            f'<line x1="{ends[0]}%" x2="{ends[1]}%" y1="{middle}" y2="{middle}" '
            f'stroke="{style.colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
        )
        parts += [
            f'<line x1="{end}%" x2="{end}%" y1="{middle - 5}" y2="{middle + 5}" '
            f'stroke="{style.colour}" stroke-width="2"/>'
            for end in ends
        ]
    if np.isfinite(estimate.value):
        parts.append(_shape(style, f"{axis.place(estimate.value)}%", "50%"))
    title = Markup.escape(label)
    return Markup(
        themed(
            f'<svg class="strip" role="img" aria-label="{title}" width="100%" height="{HEIGHT}">'
            f"<title>{title}</title>{''.join(parts)}</svg>"
        )
    )


def scale(axis: Axis) -> Markup:
    """Draw the numbers under some strips."""
    texts = "".join(
        f'<text x="{axis.place(tick)}%" y="12" text-anchor="middle" fill="{GREY}">'
        f"{f'{tick:,g}'.replace('-', chr(0x2212))}</text>"
        for tick in axis.ticks
    )
    return Markup(themed(f'<svg class="scale" width="100%" height="16">{texts}</svg>'))


def mark(style: Style) -> Markup:
    """Draw a short piece of a line with its marker, for a legend."""
    dashes = " ".join(map(str, style.dashes)) or "none"
    return Markup(
        themed(
            '<svg class="mark" width="34" height="14" aria-hidden="true">'
            f'<line x1="0" x2="34" y1="7" y2="7" stroke="{style.colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes}"/>{_shape(style, "17", "7")}</svg>'
        )
    )


def _shape(style: Style, x: str, y: str) -> str:
    path = f'<path d="{SHAPES[style.marker]}" fill="{style.colour}" stroke="#ffffff"/>'
    return f'<svg x="{x}" y="{y}" overflow="visible">{path}</svg>'
