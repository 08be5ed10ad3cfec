"""The panels of a comparison: curves, performance profiles, labels against score, diagnostics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from rlhf_gym.reports.comparison.styles import Style
from rlhf_gym.reports.comparison.writing import decimals, run_name
from rlhf_gym.reports.plotting import GREY, INK, few_ticks, svg, tips, tips_of_texts
from rlhf_gym.results.cells import Cell, algorithm_name
from rlhf_gym.results.curves import SECONDS_A_LABEL, Band
from rlhf_gym.results.series import Series
from rlhf_gym.results.side_by_side import COLLAPSED, WANTED, Efficiency
from rlhf_gym.results.statistics import Floats, performance_profile

__all__ = ["against_accuracy", "against_labels", "curves", "profiles"]

Size: TypeAlias = tuple[float, float]
"""Width and height in inches."""
TAUS: Floats = np.linspace(-0.2, 1.4, 65)


def curves(
    lines: Sequence[tuple[Style, Band]],
    levels: Sequence[tuple[Style, float]],
    x_label: str,
    size: Size,
    *,
    name: str,
    title: str,
    minutes: bool = False,
) -> Markup:
    """Draw true returns of some cells during training: medians, with quartiles as a band.

    Args:
        lines: the cells that have a curve.
        levels: final true returns of cells without a curve, drawn as horizontal lines.
        x_label: label of the x axis.
        size: width and height of the figure.
        name: see `rlhf_gym.reports.plotting.svg`.
        title: the environment and the algorithm, for a screen reader.
        minutes: whether to show a person's minutes on a second axis, above that of labels.
    """

    def draw(axes: Axes) -> None:
        for style, level in levels:
            axes.axhline(level, **{**style.line, "marker": ""}, linewidth=1.2)
        for i, (style, found) in enumerate(lines):
            axes.fill_between(found.x, found.low, found.high, color=style.colour, alpha=0.16, lw=0)
            axes.plot(found.x, found.middle, **style.line, markevery=_apart(i, lines, found.x))
            tips(axes, found.x, found.middle, x_label, "true return", most=12)
        axes.set_xlabel(x_label)
        axes.set_ylabel("true return")
        axes.margins(x=0.02, y=0.08)
        axes.set_xlim(left=0)
        few_ticks(axes, 4)
        if minutes:
            _minutes_above(axes)

    return svg(draw, size[0], size[1] + 0.25 * minutes, name=name, title=f"{title} by {x_label}")


def _minutes_above(axes: Axes) -> None:
    rate = SECONDS_A_LABEL / 60

    def minutes(labels: Floats) -> Floats:
        return labels * rate

    def labels(minutes: Floats) -> Floats:
        return minutes / rate

    above = axes.secondary_xaxis("top", functions=(minutes, labels))  # type: ignore[arg-type]
    above.xaxis.set_major_locator(MaxNLocator(4))
    above.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} min"))
    above.spines["top"].set_visible(False)
    above.tick_params(length=2, pad=1)


def _apart(i: int, lines: Sequence[object], x: Floats) -> tuple[int, int]:
    """Space the five markers of line ``i`` so that they do not cover those of other lines."""
    every = max(1, len(x) // 5)
    return every * (2 * i + 1) // (2 * len(lines)), every


def profiles(
    series: Sequence[tuple[Style, Series]],
    size: Size,
    *,
    name: str,
    title: str,
    legend: bool = False,
) -> Markup:
    """Draw the share of runs that score above each score, with pointwise 95 % bands.

    Args:
        series: the series and their styles.
        size: width and height of the figure.
        name: see `rlhf_gym.reports.plotting.svg`.
        title: what the series have in common, for a screen reader.
        legend: whether a legend names their algorithms.
    """

    def draw(axes: Axes) -> None:
        for tau in (0, 1):
            axes.axvline(tau, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        for i, (style, each) in enumerate(series):
            strata = [cell.values for cell in each.scored]
            share, low, high = performance_profile(strata, TAUS, np.random.default_rng(0))
            if np.isfinite(low).all():
                axes.fill_between(TAUS, low, high, color=style.colour, alpha=0.16, lw=0)
            look = {**style.line, "markevery": _apart(i, series, TAUS)}
            axes.plot(TAUS, share, **look, label=algorithm_name(each.algo))
        if legend:
            axes.legend(loc="lower left", handlelength=3)
        axes.set_xlabel("score")
        axes.set_ylabel("runs that score more")
        axes.set(xlim=(TAUS[0], TAUS[-1]), ylim=(-0.03, 1.03))
        axes.yaxis.set_major_formatter(PercentFormatter(1))

    return svg(draw, *size, name=name, title=f"Performance profile: {title}")


def against_labels(found: Efficiency, style: Style, size: Size, *, name: str, title: str) -> Markup:
    """Draw score by number of labels: one line with its intervals, each run as a dot."""

    def draw(axes: Axes) -> None:
        axes.axhline(WANTED, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        labels = np.array([cell.labels for cell in found.cells], dtype=float)
        for cell in found.cells:
            x = np.full(len(cell.values), cell.labels)
            axes.scatter(x, cell.values, 12, style.colour, alpha=0.3, lw=0)
        values, low, high = np.array(
            [(c.estimate.value, c.estimate.low, c.estimate.high) for c in found.cells]
        ).T
        bars = np.nan_to_num([values - low, high - values])
        axes.errorbar(labels, values, bars, **style.line, capsize=3, elinewidth=1.2)
        axes.set_xscale("log")
        axes.set_xticks(labels, [f"{label:,.0f}" for label in labels])
        axes.minorticks_off()
        axes.set_xlabel("labels")
        axes.set_ylabel("score")
        tips(axes, labels, values, "labels", "score")
        axes.margins(x=0.12)
        scores = np.concatenate([cell.values for cell in found.cells])
        axes.set_ylim(max(min(0, scores.min()), -0.5) - 0.05, min(max(1.2, scores.max()), 2) + 0.05)

    return svg(draw, *size, name=name, title=f"Score by labels: {title}")


def against_accuracy(
    cells: Sequence[tuple[Style, Cell]], measure: str, x_label: str, size: Size, *, name: str
) -> Markup:
    """Draw one point for each run: its score against a measure of its reward model."""

    def draw(axes: Axes) -> None:
        for style, cell in cells:
            x = [getattr(row, measure) for row in cell.rows]
            y = np.clip(cell.values, -COLLAPSED, 1.5)
            axes.scatter(
                x, y, 22, style.colour, marker=style.marker, alpha=0.7, edgecolor="white", lw=0.4
            )
            named = [f"{run_name(row)}: {decimals(v)}" for row, v in zip(cell.rows, y, strict=True)]
            tips_of_texts(axes, x, y, named)
        axes.axhline(1, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_xlabel(x_label)
        axes.set_ylabel("score")
        axes.set_ylim(-COLLAPSED - 0.05, 1.55)

    return svg(draw, *size, name=name, title=f"Score against {x_label}")
