"""Comparison: all runs beside each other, and what follows from that."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rlhf_gym.benchmark.cells import TAUGHT, Cell, arm_name, arm_order, cells_of, unique
from rlhf_gym.benchmark.rows import Row
from rlhf_gym.benchmark.statistics import (
    Estimate,
    aggregate,
    labels_needed,
    probability_of_improvement,
)

__all__ = [
    "Comparison",
    "Efficiency",
    "Improvement",
    "Series",
    "compare",
]

COLLAPSED = 0.5
"""A run has collapsed where it lies more than this score below its cell's median: it lost more than
half of the way from the random policy to the true reward, and the other seeds did not. A run that
is merely worse than others stays above."""
ACCURATE = 0.8
"""Accuracy on held-out labels that makes a collapse a surprise."""
WANTED = 0.9
"""The score for which the labels needed are told."""


@dataclass(frozen=True)
class Series:
    """One arm of one algorithm, over environments.

    Attributes:
        algo: the algorithm.
        arm: where the reward comes from.
        level: 0 for the cells with the most labels or demonstrations, 1 for the next, ...
        cells: one an environment.
    """

    algo: str
    arm: str
    level: int
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The arm, and with how much feedback."""
        labels = [cell.labels for cell in self.cells]
        return arm_name(self.arm, labels, [cell.demonstrations for cell in self.cells])

    @property
    def title(self) -> str:
        """Algorithm and name."""
        return f"{self.algo.upper()} {self.name}".strip()

    @cached_property
    def scored(self) -> tuple[Cell, ...]:
        """The cells that have scores."""
        return tuple(cell for cell in self.cells if cell.scale is not None and cell.rows)

    @cached_property
    def estimate(self) -> Estimate:
        """Interquartile mean of the scores in all environments that have them."""
        if not self.scored:
            return Estimate(math.nan)
        return aggregate([cell.values for cell in self.scored], np.random.default_rng(0))

    @property
    def runs(self) -> int:
        """Runs with a score."""
        return sum(len(cell.rows) for cell in self.scored)


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
            if cell.scale is not None and cell.rows
            for row, score in zip(cell.rows, cell.values, strict=True)
            if score < np.median(cell.values) - COLLAPSED and row.accuracy >= ACCURATE
        )


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
    return Comparison(tuple(rows), cells, tuple(_series(cells)), failed, unscored)


def _series(cells: Sequence[Cell]) -> Iterator[Series]:
    """Cells that belong together over environments.

    Cells with the same number of labels do, if one environment has all the numbers that occur in
    the arm; otherwise the numbers are each environment's own, and the most go with the most.
    """
    groups: dict[tuple[str, str, int], list[Cell]] = defaultdict(list)
    for arm in sorted({cell.arm for cell in cells}, key=arm_order):
        of_arm = [cell for cell in cells if cell.arm == arm]
        for cell, level in zip(of_arm, _levels(of_arm), strict=True):
            groups[cell.algo, arm, level].append(cell)
    for algo, arm, level in sorted(groups, key=lambda key: (key[0], arm_order(key[1]), key[2])):
        yield Series(algo, arm, level, tuple(groups[algo, arm, level]))


def _levels(cells: Sequence[Cell]) -> Iterator[int]:
    """The level of each cell of an arm: 0 for the most labels or demonstrations."""
    amounts: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for cell in cells:
        amounts[cell.env_id, cell.algo].append(_amount(cell))
    every = sorted(set(map(_amount, cells)), reverse=True)
    shared = any(len(given) == len(every) for given in amounts.values())
    for cell in cells:
        own = sorted(amounts[cell.env_id, cell.algo], reverse=True)
        yield (every if shared else own).index(_amount(cell))


def _amount(cell: Cell) -> tuple[int, int]:
    return cell.labels, cell.demonstrations


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
