"""Comparison: all runs side by side, and what follows from that."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.cells import Cell, cells_of, differ, lengths_of, unique
from rlhf_gym.results.row import Row
from rlhf_gym.results.series import Series, series_of
from rlhf_gym.results.statistics import Estimate, labels_needed, probability_of_improvement

__all__ = ["Comparison", "Efficiency", "Improvement", "compare"]

COLLAPSED = 0.5
"""A run has collapsed if it lies more than this share of the range below its cell's median.

The range extends from the random policy to the true reward: half of what there is to learn is more
than seeds that learn differ by. Without a score it extends from the environment's worst run to its
best."""
ACCURATE = 0.8
"""Accuracy on held-out labels from which a collapse is a surprise."""
WANTED = 0.9
"""The score for which the number of labels needed is reported."""
FEWEST = 3
"""Runs of each of two series below which the probability that one beats the other says nothing."""


@dataclass(frozen=True)
class Improvement:
    """The probability that a run of one series beats a run of another.

    Attributes:
        x: the series that may be better.
        y: the series that it is compared with.
        environments: number of environments in which both have at least three runs.
        estimate: P(X > Y).
    """

    x: Series
    y: Series
    environments: int
    estimate: Estimate


@dataclass(frozen=True)
class Efficiency:
    """The effect of more labels in one environment.

    Attributes:
        cells: cells of one environment, algorithm and arm, by increasing number of labels.
        needed: labels needed for a score of 0.9; NaN if the most labels do not reach it.
    """

    cells: tuple[Cell, ...]
    needed: float


@dataclass(frozen=True)
class Comparison:
    """All runs, side by side.

    Attributes:
        rows: every run.
        cells: every cell; arms without an algorithm belong to each algorithm.
        series: every series, by algorithm.
        failed: the runs that have no true return.
        unscored: for each environment and algorithm without scores, the reason.
        starts: true return before training, by run folder, where it was measured as after it.
        ways: how the agents of each environment were measured, in words, where that is known.
    """

    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    series: tuple[Series, ...]
    failed: tuple[Row, ...]
    unscored: Mapping[tuple[str, str], str]
    starts: Mapping[str, float] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)

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

    @cached_property
    def unequal(self) -> dict[tuple[str, ...], list[int]]:
        """The numbers of training steps where they differ, by environment and algorithm.

        The name of an environment alone stands for all its algorithms, whose true returns are
        compared where there is no score.
        """
        lengths = {place: lengths_of(self.rows, *place) for place in self.places}
        found: dict[tuple[str, ...], list[int]] = {}
        for env_id in self.environments:
            of_env = {place: steps for place, steps in lengths.items() if place[0] == env_id}
            together = sorted(set(itertools.chain(*of_env.values())))
            pooled = len(of_env) > 1 and any(place in self.unscored for place in of_env)
            if pooled and len(together) > 1:
                found[(env_id,)] = together
            else:
                found |= {place: steps for place, steps in of_env.items() if len(steps) > 1}
        return found

    def at(self, env_id: str, algo: str) -> list[tuple[Series, Cell]]:
        """Return the cells of an environment and algorithm, each with its series."""
        return [
            (series, cell)
            for series in self.of(algo)
            for cell in series.cells
            if cell.env_id == env_id
        ]

    def of(self, algo: str) -> list[Series]:
        """Return the series of an algorithm."""
        return [series for series in self.series if series.algo == algo]

    def main(self, algo: str) -> Series:
        """Return the series by which an algorithm is judged: its first taught arm, else any."""
        found = self.of(algo)
        return next((series for series in found if series.taught), found[0])

    @cached_property
    def improvements(self) -> tuple[Improvement, ...]:
        """Each algorithm's main series against its other ones, then the main series of pairs."""
        mains = [self.main(algo) for algo in self.algorithms]
        pairs = [(main, y) for main in mains for y in self.of(main.algo) if y is not main]
        pairs += [self._alike(*pair) for pair in itertools.combinations(self.algorithms, 2)]
        found = (_improvement(x, y) for x, y in pairs)
        return tuple(each for each in found if each is not None)

    def _alike(self, algo: str, other: str) -> tuple[Series, Series]:
        """Return the first taught series at one level that both have; else their main ones."""
        theirs = {series.key: series for series in self.of(other)}
        for series in self.of(algo):
            if series.taught and series.key in theirs:
                return series, theirs[series.key]
        return self.main(algo), self.main(other)

    @cached_property
    def efficiencies(self) -> tuple[Efficiency, ...]:
        """The taught arms that were run with several numbers of labels in one environment."""
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
        """Return the range of a cell: 1 in scores, else between the environment's extreme runs."""
        if cell.scale is not None:
            return 1.0
        cells = (each for each in self.cells if each.env_id == cell.env_id)
        returns = np.concatenate([each.returns for each in cells])
        low, high = float(returns.min()), float(returns.max())
        return high - low if differ(low, high) else math.inf


def compare(
    rows: Sequence[Row],
    starts: Mapping[str, float] | None = None,
    ways: Mapping[str, str] | None = None,
) -> Comparison:
    """Group runs into cells and series, and score them.

    Args:
        rows: runs, in any order; failed ones are counted and left out of every statistic.
        starts: true return before training, by run folder, where it is known.
        ways: how the agents of each environment were measured, in words.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("there are no runs to compare; wait until the first one has finished")
    cells, unscored = cells_of(rows)
    failed = tuple(row for row in rows if not math.isfinite(row.mean_return))
    series = tuple(series_of(cells))
    return Comparison(tuple(rows), cells, series, failed, unscored, starts or {}, ways or {})


def _improvement(x: Series, y: Series) -> Improvement | None:
    """Compare two series over the environments in which both have enough runs; None without any."""
    of_y = {cell.env_id: cell for cell in y.cells if len(cell.rows) >= FEWEST}
    of_x = [cell for cell in x.cells if len(cell.rows) >= FEWEST]
    pairs = [(cell, of_y[cell.env_id]) for cell in of_x if cell.env_id in of_y]
    if not pairs:
        return None
    estimate = probability_of_improvement(
        [a.returns for a, _ in pairs], [b.returns for _, b in pairs], np.random.default_rng(0)
    )
    return Improvement(x, y, len(pairs), estimate)


def _efficiencies(cells: Sequence[Cell]) -> Iterator[Efficiency]:
    groups: dict[tuple[str, str, str, int], list[Cell]] = defaultdict(list)
    for cell in cells:
        if arm_of(cell.arm).taught and cell.scale is not None and cell.rows and cell.labels:
            groups[cell.env_id, cell.algo, cell.arm, cell.length].append(cell)
    for group in groups.values():
        if len(group) > 1:
            rising = tuple(sorted(group, key=lambda cell: cell.labels))
            scores = [cell.estimate.value for cell in rising]
            needed = labels_needed([cell.labels for cell in rising], scores, WANTED)
            yield Efficiency(rising, needed)
