"""How the tables and sentences of a comparison are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rlhf_gym.results.cells import algorithm_name, arm_name
from rlhf_gym.results.row import Row
from rlhf_gym.results.statistics import Estimate

__all__ = ["NOTHING", "Table", "decimals", "duration", "run_name", "with_interval"]

NOTHING = "\N{EN DASH}"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        header: names of the columns.
        rows: one text a column.
        labels: how many of the first columns are names, not numbers.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 2

    def told(self) -> Table:
        """Without the columns of numbers in which nothing is known."""
        kept = [
            i
            for i in range(len(self.header))
            if i < self.labels or any(row[i] not in ("", NOTHING) for row in self.rows)
        ]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return Table(tuple(self.header[i] for i in kept), rows, self.labels)

    def markdown(self) -> str:
        """As Markdown.

        >>> print(Table(("arm", "score"), (("true", "1.00"),), labels=1).markdown())
        | arm | score |
        |---|--:|
        | true | 1.00 |
        """
        rule = ["---"] * self.labels + ["--:"] * (len(self.header) - self.labels)
        lines = [_line(self.header), "|" + "|".join(rule) + "|", *map(_line, self.rows)]
        return "\n".join(lines)


def _line(texts: Sequence[str]) -> str:
    safe = (" ".join(text.split()).replace("|", "\\|") for text in texts)
    return "| " + " | ".join(safe) + " |"


def decimals(value: float) -> str:
    """A score, a probability or an accuracy as people write it.

    >>> decimals(-0.914), decimals(-0.001), decimals(math.nan)
    ('−0.91', '0.00', '–')
    """
    if math.isnan(value):
        return NOTHING
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def duration(seconds: float) -> str:
    """Seconds as people write them.

    >>> duration(48.2), duration(400), duration(8000), duration(math.nan)
    ('48 s', '6.7 min', '2.2 h', '–')
    """
    if math.isnan(seconds):
        return NOTHING
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def with_interval(estimate: Estimate, write: Callable[[float], str] = decimals) -> str:
    """A number and its interval, where it has one.

    >>> with_interval(Estimate(0.956, 0.912, 1.004)), with_interval(Estimate(0.5))
    ('0.96 [0.91, 1.00]', '0.50')
    """
    text = write(estimate.value)
    if math.isnan(estimate.low):
        return text
    return f"{text} [{write(estimate.low)}, {write(estimate.high)}]"


def run_name(row: Row) -> str:
    """What tells a run from the others."""
    arm = arm_name(row.arm, [row.labels], [row.demonstrations])
    return (
        f"{' '.join(filter(None, (row.env_id, algorithm_name(row.algo), arm)))} (seed {row.seed})"
    )
