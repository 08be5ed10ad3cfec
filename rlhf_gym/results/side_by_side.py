"""Comparison: all runs beside each other, and what follows from that."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rlhf_gym.results.cells import TAUGHT, Cell, cells_of, differ, unique
from rlhf_gym.results.row import Row
from rlhf_gym.results.series import Series, series_of
from rlhf_gym.results.statistics import Estimate, labels_needed, probability_of_improvement

__all__ = [
    "Comparison",
    "Efficiency",
    "Improvement",
    "compare",
]

COLLAPSED = 0.5
"""A run has collapsed where it lies more than this share of the range below its cell's median. The
range goes from the random policy to the true reward: half of what there is to learn was lost, which
the spread of seeds that learn does not reach. Without a score it goes from the environment's worst
run to its best."""
ACCURATE = 0.8
"""Accuracy on held-out labels that makes a collapse a surprise."""
WANTED = 0.9
"""The score for which the labels needed are told."""


@dataclass(frozen=True)
class Improvement:
    """How probably a run of one series beats one of another.

    Attributes:
        x: the series that may be better.
        y: the other.
        environments: in how many environments both have runs.
        estimate: P(X > Y).
    """

    x: Series
    y: Series
    environments: int
    estimate: Estimate


@dataclass(frozen=True)
class Efficiency:
    """What more labels bring in one environment.

    Attributes:
        cells: of one environment, algorithm and arm, by rising number of labels.
        needed: labels for a score of 0.9; NaN where the most labels do not reach it.
    """

    cells: tuple[Cell, ...]
    needed: float


@dataclass(frozen=True)
class Comparison:
    """All runs, put beside each other.

    Attributes:
        rows: every run.
        cells: every cell; arms without an algorithm stand beside each algorithm.
        series: every series, by algorithm.
        failed: the runs that have no true return.
        unscored: why there is no score, by environment and algorithm.
    """

    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    series: tuple[Series, ...]
    failed: tuple[Row, ...]
    unscored: Mapping[tuple[str, str], str]

    @property
    def environments(self) -> list[str]:
        """All environments."""
        return unique(cell.env_id for cell in self.cells)

    @property
    def algorithms(self) -> list[str]:
        """All algorithms."""
        return unique(cell.algo for cell in self.cells)

    @property
    def places(self) -> list[tuple[str, str]]:
        """All pairs of environment and algorithm that have runs."""
        return unique((cell.env_id, cell.algo) for cell in self.cells)

    def at(self, env_id: str, algo: str) -> list[tuple[Series, Cell]]:
        """The cells of an environment and algorithm, each with its series."""
        return [
            (series, cell)
            for series in self.of(algo)
            for cell in series.cells
            if cell.env_id == env_id
        ]

    def of(self, algo: str) -> list[Series]:
        """The series of an algorithm."""
        return [series for series in self.series if series.algo == algo]

    def main(self, algo: str) -> Series:
        """What an algorithm is judged by: taught with the most labels; else its first arm."""
        found = self.of(algo)
        return next((series for series in found if series.arm in TAUGHT), found[0])

    @cached_property
    def improvements(self) -> tuple[Improvement, ...]:
        """Each algorithm's main series against its others, then the algorithms' against another."""
        mains = [self.main(algo) for algo in self.algorithms]
        pairs = [(main, y) for main in mains for y in self.of(main.algo) if y is not main]
        pairs += [self._alike(*pair) for pair in itertools.combinations(self.algorithms, 2)]
        found = (_improvement(x, y) for x, y in pairs)
        return tuple(each for each in found if each is not None)

    def _alike(self, algo: str, other: str) -> tuple[Series, Series]:
        """The first taught series that both have, with as many labels; else their main ones."""
        theirs = {(series.arm, series.level): series for series in self.of(other)}
        for series in self.of(algo):
            if series.arm in TAUGHT and (series.arm, series.level) in theirs:
                return series, theirs[series.arm, series.level]
        return self.main(algo), self.main(other)

    @cached_property
    def efficiencies(self) -> tuple[Efficiency, ...]:
        """Where the same was taught with several numbers of labels."""
        return tuple(_efficiencies(self.cells))

    @cached_property
    def collapsed(self) -> tuple[tuple[Cell, Row], ...]:
        """Runs far below the others of their cell although the reward model is accurate."""
        return tuple(
            (cell, row)
            for cell in self.cells
            if cell.rows
            for row, value in zip(cell.rows, cell.values, strict=True)
            if value < np.median(cell.values) - COLLAPSED * self._range(cell)
            and row.accuracy >= ACCURATE
        )

    def _range(self, cell: Cell) -> float:
        """What a run can lose: 1 in scores, else from the environment's worst to its best run."""
        if cell.scale is not None:
            return 1.0
        returns = np.concatenate(
            [each.returns for each in self.cells if each.env_id == cell.env_id]
        )
        low, high = float(returns.min()), float(returns.max())
        return high - low if differ(low, high) else math.inf


def compare(rows: Sequence[Row]) -> Comparison:
    """Group runs into cells and series, and give them scores.

    Args:
        rows: runs, in any order; failed ones are counted and left out of every statistic.

    Raises:
        ValueError: there are none.
    """
    if not rows:
        raise ValueError("there are no runs to compare; wait until the first one has ended")
    cells, unscored = cells_of(rows)
    failed = tuple(row for row in rows if not math.isfinite(row.mean_return))
    return Comparison(tuple(rows), cells, tuple(series_of(cells)), failed, unscored)


def _improvement(x: Series, y: Series) -> Improvement | None:
    """Over the environments in which both have runs; None without any."""
    of_y = {cell.env_id: cell for cell in y.cells if cell.rows}
    pairs = [(cell, of_y[cell.env_id]) for cell in x.cells if cell.rows and cell.env_id in of_y]
    if not pairs:
        return None
    estimate = probability_of_improvement(
        [a.returns for a, _ in pairs], [b.returns for _, b in pairs], np.random.default_rng(0)
    )
    return Improvement(x, y, len(pairs), estimate)


def _efficiencies(cells: Sequence[Cell]) -> Iterator[Efficiency]:
    groups: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.arm in TAUGHT and cell.scale is not None and cell.rows and cell.labels:
            groups[cell.env_id, cell.algo, cell.arm].append(cell)
    for group in groups.values():
        if len(group) > 1:
            rising = tuple(sorted(group, key=lambda cell: cell.labels))
            scores = [cell.estimate.value for cell in rising]
            needed = labels_needed([cell.labels for cell in rising], scores, WANTED)
            yield Efficiency(rising, needed)
