"""Figures of the answers: their times, their shares and their reliability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from rlhf_gym.feedback.agreement import Share
from rlhf_gym.reports.plotting import (
    BLUE,
    GREY,
    HALF,
    INK,
    ORANGE,
    RULE,
    SKY,
    VERMILLION,
    WIDE,
    svg,
)

__all__ = ["answer_times", "reliability", "shares"]

LOOKS = {
    "left": ("left better", ORANGE, ""),
    "right": ("right better", SKY, ""),
    "tie": ("about the same", "#8b95a1", "///"),
    "cannot_tell": ("cannot tell", RULE, "..."),
}


def answer_times(seconds: Sequence[float]) -> Markup:
    """Draw a histogram of answer times; the slowest 2 % share the last bar."""
    times = np.asarray(seconds)
    longest = float(np.quantile(times, 0.98))
    bins = np.linspace(0, max(longest, 1.0), 25).tolist()

    def draw(axes: Axes) -> None:
        axes.hist(np.minimum(times, bins[-1]), bins, color=BLUE, edgecolor="white", linewidth=0.6)
        median = float(np.median(times))
        axes.axvline(median, color=VERMILLION, linewidth=1.4, linestyle=(0, (5, 1.5)))
        axes.annotate(
            f"median {median:.1f} s",
            (median, 0.97),
            color=INK,
            fontsize=8.5,
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
        )
        axes.margins(y=0.16)
        axes.set_xlabel("seconds to the answer")
        axes.set_ylabel("answers")

    return svg(draw, HALF, 2.6, name="times", title="Histogram of the answer times")


def shares(given: dict[str, Share], *, wide: bool = True) -> Markup:
    """Draw one bar, divided into the four answers as `seen_shares` counts them."""

    def draw(axes: Axes) -> None:
        left = 0.0
        for answer, share in given.items():
            name, colour, hatch = LOOKS[answer]
            value = share.value if share.total else 0.0
            bars = axes.barh(0, value, 0.5, left, color=colour, hatch=hatch, edgecolor="white")
            bars.set_label(f"{name}: {share.hits}")
            if value > (0.05 if wide else 0.1):
                middle, text = left + value / 2, f"{value:.0%}"
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                axes.text(middle, 0, text, ha="center", va="center", color=INK, bbox=box)
            left += value
        axes.set(xlim=(0, 1), ylim=(-0.3, 0.3))
        axes.axis("off")
        columns = 4 if wide else 2
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=columns, handlelength=1.2
        )

    size = (WIDE, 1.1) if wide else (HALF, 1.3)
    return svg(draw, *size, name=f"shares-{wide}", title="Shares of the four answers")


def reliability(rows: Sequence[tuple[str, Share, float | None]]) -> Markup:
    """Draw shares with their 95 % intervals.

    Args:
        rows: for each share its name, the share, and its ideal value (or None).
    """

    def draw(axes: Axes) -> None:
        for y, (_, share, wanted) in enumerate(reversed(rows)):
            low, high = share.interval
            axes.plot([low, high], [y, y], color=BLUE, linewidth=5, alpha=0.3)
            axes.plot(share.value, y, color=BLUE, marker="o", markersize=7)
            if wanted is not None:
                axes.plot(wanted, y, color=VERMILLION, marker="|", markersize=16, markeredgewidth=2)
        names = [f"{name}\n{share.hits} of {share.total}" for name, share, _ in reversed(rows)]
        axes.set_yticks(range(len(rows)), names)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.6, len(rows) - 0.4))
        axes.tick_params(axis="y", labelcolor=INK)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_xlabel("share and 95% interval", color=GREY)

    height = 0.9 + 0.5 * len(rows)
    return svg(draw, HALF, height, name="reliability", title="Side bias and self-agreement")
