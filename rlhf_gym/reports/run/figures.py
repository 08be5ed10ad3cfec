"""Figures of the training: returns, measures of the reward model, the time of each stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from rlhf_gym.basics.words import with_minus
from rlhf_gym.feedback.agreement import share_interval
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.reports.plotting import (
    BLUE,
    GREY,
    HALF,
    INK,
    ORANGE,
    SKY,
    VERMILLION,
    WIDE,
    canvas,
    few_ticks,
    svg,
    tips,
    tips_of_texts,
    to_svg,
)
from rlhf_gym.runs.records import Floats

__all__ = ["accuracy", "calibration", "learned_against_true", "returns", "stages"]

Line = tuple[Floats, Floats]

AGENT = "the agent and its environment"


def returns(
    true: Line, learned: Line, x_label: str, *, name: str, wide: bool, start: float | None = None
) -> Markup:
    """Draw the true return above the learned return, on one x axis.

    Args:
        true: x and true return.
        learned: x and learned return, in the reward model's own unit.
        x_label: label of the x axis.
        name: see `rlhf_gym.reports.plotting.svg`.
        wide: whether the figure spans the page.
        start: true return before training, drawn as a horizontal line.
    """
    known = len(learned[0]) > 0
    height = (3.9 if wide else 3.5) * (1.0 if known else 0.62)
    with canvas(WIDE if wide else HALF, height) as figure:
        panels = figure.subplots(1 + known, 1, sharex=True, squeeze=False).flat
        panels[0].plot(*true, color=BLUE, marker="o" if len(true[0]) < 25 else "")
        panels[0].set_title("True return per episode")
        tips(panels[0], *true, x_label, "true return")
        if start is not None:
            panels[0].axhline(start, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
            _note(panels[0], start, "at the\nstart")
        if known:
            marker = "s" if len(learned[0]) < 25 else ""
            panels[1].plot(*learned, color=VERMILLION, linestyle=(0, (5, 1.5)), marker=marker)
            panels[1].set_title("Learned return per episode, in its own unit")
            tips(panels[1], *learned, x_label, "learned return")
        panels[-1].set_xlabel(x_label)
        for axes in panels:
            axes.set_xlim(0, 1.02 * max(true[0]) or 1.0)
            axes.margins(y=0.1)
            few_ticks(axes, 5)
        return to_svg(figure, name, f"True and learned return against {x_label}")


def accuracy(rounds: Sequence[RoundMeasures], *, wide: bool = True) -> Markup:
    """Draw held-out accuracy, and cross-entropy with its floor, against labels."""
    with canvas(*((WIDE, 2.5) if wide else (HALF, 4.8))) as figure:
        left, right = figure.subplots(1, 2) if wide else figure.subplots(2, 1)
        left.plot(*_by_labels(rounds, "accuracy"), color=BLUE, marker="o")
        left.axhline(0.5, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
        _note(left, 0.5, "guessing")
        left.set_ylim(0, 1.03)
        left.yaxis.set_major_formatter(PercentFormatter(1))
        left.set_title("Accuracy on held-out labels")
        tips(left, *_by_labels(rounds, "accuracy"), "labels", "right")
        entropy = _by_labels(rounds, "cross_entropy")
        floor = _by_labels(rounds, "cross_entropy_floor")
        right.plot(*entropy, color=VERMILLION, marker="s", label="reward model")
        right.plot(*floor, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), label="lowest possible")
        tips(right, *entropy, "labels", "nats")
        right.set_ylim(0, (1.45 if wide else 1.75) * max([*entropy[1], 0.6]))
        right.set_title("Cross-entropy on held-out labels, in nats")
        right.legend(loc="upper right", ncols=2 if wide else 1)
        for axes in (left, right):
            axes.set_xlabel("labels")
            axes.set_xlim(0, 1.04 * max(entry.labels for entry in rounds) or 1.0)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        name = f"accuracy-{wide}"
        return to_svg(figure, name, "Held-out accuracy and cross-entropy by round")


def _note(axes: Axes, y: float, text: str) -> None:
    """Write a note at the right end of a horizontal line, outside, where no curve crosses it."""
    axes.annotate(
        text,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(3, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=GREY,
    )


def _by_labels(rounds: Sequence[RoundMeasures], key: str) -> tuple[list[int], list[float]]:
    known = [(entry.labels, getattr(entry, key)) for entry in rounds]
    kept = [(labels, value) for labels, value in known if np.isfinite(value)]
    return [labels for labels, _ in kept], [value for _, value in kept]


def calibration(first: RoundMeasures | None, last: RoundMeasures) -> Markup:
    """Draw how often a clip was chosen against the predicted probability."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        if first is not None and first.round != last.round:
            _bins(axes, first, SKY, "D", f"after {first.labels:,} labels")
        _bins(axes, last, BLUE, "o", f"after {last.labels:,} labels", intervals=True)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set_xlabel("predicted probability that a clip is better")
        axes.set_ylabel("share of labels that say so")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.3)

    return svg(draw, HALF, 3.5, name="calibration", title="Calibration of the reward model")


def _bins(
    axes: Axes,
    entry: RoundMeasures,
    colour: str,
    marker: str,
    label: str,
    *,
    intervals: bool = False,
) -> None:
    """Draw the bins of a round as points, not joined: a few labels each, they scatter."""
    bins = np.array(entry.calibration).reshape(-1, 3)
    predicted, observed, count = bins.T
    if intervals:
        bounds = [share_interval(*each) for each in zip(observed, count, strict=True)]
        low, high = np.array(bounds).reshape(-1, 2).T
        axes.vlines(predicted, low, high, color=colour, linewidth=3, alpha=0.25)
    sizes = 16 + 90 * count / max(count.max(initial=1), 1)
    axes.scatter(predicted, observed, sizes, colour, marker=marker, edgecolor="white", label=label)
    texts = [
        f"{100 * p:.0f}% predicted, {100 * o:.0f}% observed in {n:.0f} labels" for p, o, n in bins
    ]
    tips_of_texts(axes, predicted, observed, texts)


def learned_against_true(entry: RoundMeasures) -> Markup:
    """Draw the learned return of each clip against its true return."""
    learned, true = np.array(entry.learned_vs_true).reshape(-1, 2).T

    def draw(axes: Axes) -> None:
        axes.scatter(true, learned, 18, BLUE, alpha=0.55, edgecolor="white", linewidth=0.4)
        if len(true) > 2 and np.ptp(true) > 0:
            slope, offset = np.polyfit(true, learned, 1)
            ends = np.array([true.min(), true.max()])
            axes.plot(ends, slope * ends + offset, color=VERMILLION, linestyle=(0, (5, 1.5)))
        axes.set_xlabel("true return")
        axes.set_ylabel("learned return")
        few_ticks(axes, 5)
        if np.isfinite(entry.correlation):
            correlation = with_minus(f"{entry.correlation:.2f}")
            axes.set_title(f"Correlation {correlation} after {entry.labels:,} labels")

    return svg(draw, HALF, 3.5, name="scatter", title="Learned return against true return")


def stages(seconds: Mapping[str, float], *, wide: bool = True) -> Markup:
    """Draw the seconds spent in each stage, longest first."""
    ordered = sorted(seconds.items(), key=lambda item: item[1])

    def draw(axes: Axes) -> None:
        colours = [ORANGE if name != AGENT else SKY for name, _ in ordered]
        thick = 0.6 if wide else 0.35
        names, values = [name for name, _ in ordered], [value for _, value in ordered]
        bars = axes.barh(names, values, thick, color=colours)
        total = sum(values) or 1.0
        texts = [f"{value:,.1f} s ({value / total:.0%})" for value in values]
        if wide:
            axes.bar_label(bars, texts, padding=5, color=INK, fontsize=9)
            axes.margins(x=0.22)
        else:  # names above the bars
            axes.set_yticks([])
            axes.set_ylim(-0.5, len(names) - 0.2)
            for y, (name, text) in enumerate(zip(names, texts, strict=True)):
                axes.text(0, y + 0.27, f"{name}: {text}", color=INK, fontsize=9)
        axes.grid(False)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)

    size = (WIDE, 0.6 + 0.34 * len(ordered)) if wide else (HALF, 0.3 + 0.5 * len(ordered))
    return svg(draw, *size, name=f"stages-{wide}", title="Seconds spent in each stage")
