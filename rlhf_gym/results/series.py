"""Series: one arm of one algorithm, over environments."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.cells import Cell, algorithm_name, cells_name
from rlhf_gym.results.statistics import Estimate, aggregate

__all__ = ["Series", "series_of"]


@dataclass(frozen=True)
class Series:
    """One arm of one algorithm, over environments.

    Attributes:
        algo: the algorithm.
        arm: name of what the agents learn from; see `Arm`.
        level: 0 for the cells with the most labels, demonstrations or steps, 1 for the next, ...
        cells: one cell for each environment.
    """

    algo: str
    arm: str
    level: int
    cells: tuple[Cell, ...]

    @property
    def key(self) -> tuple[str, int]:
        """Arm and level, which it shares with the corresponding series of other algorithms."""
        return self.arm, self.level

    @property
    def taught(self) -> bool:
        """Whether the agents of its arm learn what their teacher really prefers."""
        return arm_of(self.arm).taught

    @property
    def name(self) -> str:
        """The arm and its amount of feedback, with the number of steps where that differs."""
        return cells_name(self.cells)

    @property
    def title(self) -> str:
        """Algorithm and name."""
        return f"{algorithm_name(self.algo)} {self.name}".strip()

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
        """Number of runs with a score."""
        return sum(len(cell.rows) for cell in self.scored)


def series_of(cells: Sequence[Cell]) -> Iterator[Series]:
    """Join the cells of all environments that belong together.

    Cells with the same number of labels belong together if one environment has all the numbers
    that occur in the arm. Otherwise the numbers are chosen for each environment, and the largest of
    each environment belong together, then the second largest, and so on.
    """
    groups: dict[tuple[str, str, int], list[Cell]] = defaultdict(list)
    for arm in sorted({cell.arm for cell in cells}, key=lambda name: arm_of(name).order):
        of_arm = [cell for cell in cells if cell.arm == arm]
        for cell, level in zip(of_arm, _levels(of_arm), strict=True):
            groups[cell.algo, arm, level].append(cell)
    ordered = sorted(groups, key=lambda key: (key[0], arm_of(key[1]).order, key[2]))
    for algo, arm, level in ordered:
        yield Series(algo, arm, level, tuple(groups[algo, arm, level]))


def _levels(cells: Sequence[Cell]) -> Iterator[int]:
    """Return the level of each cell of an arm: 0 for the most labels or demonstrations."""
    fed = Counter((cell.env_id, cell.algo, cell.labels, cell.demonstrations) for cell in cells)
    split = max(fed.values()) > 1  # by the number of steps alone
    given = [(cell.labels, cell.demonstrations, cell.length if split else 0) for cell in cells]
    amounts: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for cell, amount in zip(cells, given, strict=True):
        amounts[cell.env_id, cell.algo].append(amount)
    every = sorted(set(given), reverse=True)
    shared = any(len(own) == len(every) for own in amounts.values())
    for cell, amount in zip(cells, given, strict=True):
        own = sorted(amounts[cell.env_id, cell.algo], reverse=True)
        yield (every if shared else own).index(amount)
