"""The style of all figures, and their conversion to inline SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import matplotlib
import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HALF",
    "INK",
    "ORANGE",
    "PINK",
    "SKY",
    "THIRD",
    "VERMILLION",
    "WIDE",
    "canvas",
    "few_ticks",
    "on_any_screen",
    "svg",
    "themed",
    "tips",
    "tips_of_texts",
    "to_svg",
]

# Okabe and Ito 2008: colour-blind people can distinguish them; dashes, markers and hatches help.
BLUE, ORANGE, GREEN, VERMILLION, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"
PINK = "#CC79A7"
INK, GREY, RULE, GRID = "#20252b", "#68707a", "#d9dde2", "#eceff2"

VARIABLES = {
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    VERMILLION: "vermillion",
    SKY: "sky",
    PINK: "pink",
    INK: "ink",
    GREY: "soft",
    RULE: "rule",
    GRID: "grid",
    "#ffffff": "paper",
}
"""Names of the colours in the style sheet, which has another set of them for dark pages."""

WIDE, HALF, THIRD = 8.6, 3.75, 3.1
"""Widths in inches of figures that span the page, half of it or a phone, and a third of it."""

STYLE: dict[Any, Any] = {
    "axes.edgecolor": RULE,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": GREY,
    "axes.axisbelow": True,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titlecolor": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "hatch.color": "white",
    "hatch.linewidth": 1.2,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "lines.solid_capstyle": "round",
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "xtick.color": RULE,
    "xtick.labelcolor": GREY,
    "xtick.labelsize": 9,
    "ytick.color": RULE,
    "ytick.labelcolor": GREY,
    "ytick.labelsize": 9,
    "ytick.major.size": 0,
}


Floats: TypeAlias = npt.NDArray[np.float64]

TIP = "tip:"
"""Begins the address of a point in an SVG, whose rest is what is shown when one points at it."""


def short(value: float, _position: int | None = None) -> str:
    """Write a number for an axis: 25k rather than 25000."""
    if abs(value) >= 1e6:
        text = f"{value / 1e6:g}M"
    else:
        text = f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:,g}"
    return text.replace("-", "\N{MINUS SIGN}")


def few_ticks(axes: Axes, count: int) -> None:
    """Give both axes at most ``count`` intervals between ticks, with short numbers."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(count))
        axis.set_major_formatter(FuncFormatter(short))


def tips(
    axes: Axes,
    x: Sequence[float] | Floats,
    y: Sequence[float] | Floats,
    x_name: str,
    y_name: str,
    *,
    most: int = 60,
) -> None:
    """Let a browser show the numbers of a line's points when the pointer rests on them.

    Args:
        axes: where the line is drawn.
        x: of the points.
        y: of the points.
        x_name: what ``x`` counts.
        y_name: what ``y`` measures.
        most: points that have a text of their own; each takes some hundred bytes.
    """
    every = max(1, -(-len(x) // most))
    points = list(zip(x, y, strict=True))[::-1][::every]  # with the last one
    texts = [f"{_plain(b)} {y_name} at {_plain(a)} {x_name}" for a, b in points]
    tips_of_texts(axes, [a for a, _ in points], [b for _, b in points], texts)


def tips_of_texts(
    axes: Axes, x: Sequence[float] | Floats, y: Sequence[float] | Floats, texts: Sequence[str]
) -> None:
    """Let a browser show a text for each point when the pointer rests on it."""
    if len(x):
        points = axes.scatter(x, y, 110, "white", alpha=0.0, lw=0, zorder=9)
        points.set_urls([TIP + text for text in texts])


def _plain(value: float) -> str:
    return (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}").replace(
        "-", "\N{MINUS SIGN}"
    )


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """Provide a figure of a size in inches, with the reports' style during the block."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure


def svg(
    draw: Callable[[Axes], None], width: float, height: float, *, name: str, title: str
) -> Markup:
    """Draw one pair of axes, and return it as an inline ``<svg>`` element.

    Args:
        draw: draws on the axes.
        width: width of the figure in inches.
        height: height of the figure in inches.
        name: name that is unique on the page, which makes the ids of its parts unique.
        title: description for a screen reader.
    """
    with canvas(width, height) as figure:
        draw(figure.add_subplot())
        return to_svg(figure, name, title)


def on_any_screen(draw: Callable[[bool], Markup]) -> Markup:
    """Draw a figure that spans the page, and once more for a phone; the style sheet picks one.

    Args:
        draw: draws it; takes whether it spans the page.
    """
    shapes = (("on-wide", True), ("on-phone", False))
    parts = (Markup('<div class="{}">{}</div>').format(name, draw(wide)) for name, wide in shapes)
    return Markup("").join(parts)


def to_svg(figure: Figure, name: str, title: str) -> Markup:
    """Return a figure as an ``<svg>`` element that scales with the page and uses its font."""
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r' id="[a-zA-Z0-9.]+_\d+"', "", text)  # nothing refers to these
    text = re.sub(
        rf'<a xlink:href="{TIP}([^"]*)"[^>]*>(.*?)</a>',
        r'<g class="tip"><title>\1</title>\2</g>',
        text,
        flags=re.S,
    )
    text = re.sub(r"(\d\.\d\d)\d+", r"\1", text)  # a hundredth of a point is fine enough
    text = re.sub(r"(font: [^;\"]*?[\d.]+px )[^;\"]+", r"\1var(--sans)", text)
    label = Markup.escape(title)
    text = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"|^<svg ', r"<svg \1", text, count=1)
    return Markup(themed(text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)))


def themed(text: str) -> str:
    """Replace the palette's colours in an SVG by variables of the style sheet.

    >>> themed('<path style="stroke: #0072b2"/>')
    '<path style="stroke: var(--blue)"/>'
    """
    for colour, name in VARIABLES.items():
        text = re.sub(f"{colour}(?![0-9a-f])", f"var(--{name})", text, flags=re.IGNORECASE)
    return text
