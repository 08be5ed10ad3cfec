"""Cells: runs that are pooled as seeds, and the scale of their scores."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np

from rlhf_gym.basics.words import counted
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.row import Row
from rlhf_gym.results.statistics import Estimate, Floats, aggregate

__all__ = [
    "Cell",
    "Scale",
    "algorithm_name",
    "arm_name",
    "cells_name",
    "cells_of",
    "differ",
    "labels_in_words",
    "lengths_of",
    "unique",
]

COINCIDE = 0.05
"""Two true returns coincide if they differ by less than this share of the larger one."""

T = TypeVar("T")
Key: TypeAlias = tuple[str, str, str, int, int, int]


@dataclass(frozen=True)
class Scale:
    """The scale that turns true returns into scores, for one environment and algorithm.

    Attributes:
        zero: mean true return of the random policy.
        one: median over seeds of the true return of agents trained with the true reward.
    """

    zero: float
    one: float

    def score(self, returns: Floats) -> Floats:
        """Turn true returns into scores.

        >>> Scale(zero=20.0, one=500.0).score(np.array([20.0, 260.0, 500.0]))
        array([0. , 0.5, 1. ])
        """
        return (returns - self.zero) / (self.one - self.zero)


@dataclass(frozen=True)
class Cell:
    """Runs that are pooled as seeds.

    They are of one environment, algorithm, arm, amount of feedback and number of training steps.
    Reports warn where they differ in any other setting than the seed.

    Attributes:
        env_id: the environment.
        algo: the algorithm.
        arm: name of what the agents learn from; see `Arm`.
        labels: budget of labels.
        demonstrations: number of demonstrated episodes.
        length: number of training steps, where it differs between trained arms of one environment
            and algorithm; else 0.
        rows: the runs that have true returns, by seed.
        failed: number of runs without true returns.
        scale: turns their true returns into scores; None if there is no scale.
    """

    env_id: str
    algo: str
    arm: str
    labels: int
    demonstrations: int
    length: int
    rows: tuple[Row, ...]
    failed: int = 0
    scale: Scale | None = None

    @cached_property
    def returns(self) -> Floats:
        """Mean true return of each run ``(runs,)``."""
        return np.array([row.mean_return for row in self.rows])

    @cached_property
    def values(self) -> Floats:
        """Scores ``(runs,)``, or true returns where there is no scale."""
        return self.returns if self.scale is None else self.scale.score(self.returns)

    @cached_property
    def estimate(self) -> Estimate:
        """Interquartile mean of `values`."""
        if not self.rows:
            return Estimate(math.nan)
        return aggregate([self.values], np.random.default_rng(0))

    @property
    def name(self) -> str:
        """The arm and its amount of feedback, with the number of steps where that differs."""
        return cells_name([self])

    @property
    def place(self) -> str:
        """Environment and algorithm."""
        return f"{self.env_id} {algorithm_name(self.algo)}".strip()

    def measured(self, name: str) -> Floats:
        """Return the known values of a column of the rows."""
        values = np.array([getattr(row, name) for row in self.rows], dtype=np.float64)
        return values[np.isfinite(values)]


def arm_name(runs: Sequence[Row | Cell]) -> str:
    """Write the arm of some runs, which is the same, and their amount of feedback.

    >>> few, many = (Row("CartPole-v1", "ppo", "learned", labels, 0, 0) for labels in (50, 200))
    >>> arm_name([few, many]), arm_name([Row("CartPole-v1", "", "bc", 0, 1, 0)])
    ('learned, 50 to 200 labels', 'bc, 1 demonstration')
    """
    labels, shown = [run.labels for run in runs], [run.demonstrations for run in runs]
    arm = runs[0].arm
    given = [labels_in_words(arm, labels)] if max(labels) else []
    given += [counted(shown, "demonstration")] if max(shown) else []
    return ", ".join([arm, *given])


def labels_in_words(arm: str, labels: Sequence[int]) -> str:
    """Write how many labels an arm had: a person at the window may stop before all are given.

    >>> labels_in_words("learned", [50, 200]), labels_in_words("window", [50, 200])
    ('50 to 200 labels', 'up to 200 labels')
    """
    if arm_of(arm).source == "window":
        return f"up to {counted(max(labels), 'label')}"
    return counted(labels, "label")


def cells_name(cells: Sequence[Cell]) -> str:
    """Write the arm of some cells, their amounts of feedback, and of training where it differs."""
    lengths = [cell.length for cell in cells if cell.length]
    return ", ".join([arm_name(cells), *([counted(lengths, "step")] if lengths else [])])


def algorithm_name(algo: str) -> str:
    """Write an algorithm's name for readers.

    >>> algorithm_name("ppo"), algorithm_name("sb3_contrib:TQC")
    ('PPO', 'TQC')
    """
    return algo.split(":")[-1] if ":" in algo else algo.upper()


def cells_of(rows: Sequence[Row]) -> tuple[tuple[Cell, ...], dict[tuple[str, str], str]]:
    """Group runs into cells, ordered by environment, algorithm and arm.

    Runs without an algorithm (the random policy) belong to every algorithm.

    Returns:
        The cells; and for each environment and algorithm without a scale, the reason.
    """
    groups = _groups(rows)
    scales: dict[tuple[str, str], Scale] = {}
    unscored: dict[tuple[str, str], str] = {}
    for env_id, algo in unique(key[:2] for key in groups):
        longest_first = [key for key in groups if key[:2] == (env_id, algo)]
        found = _scale({key[2]: _usable(groups[key]) for key in reversed(longest_first)})
        if isinstance(found, Scale):
            scales[env_id, algo] = found
        else:
            unscored[env_id, algo] = found
    cells = tuple(
        Cell(*key, _usable(group), len(group) - len(_usable(group)), scales.get(key[:2]))
        for key, group in groups.items()
    )
    return cells, unscored


def _groups(rows: Sequence[Row]) -> dict[Key, list[Row]]:
    """Group the rows by cell, in order; those without an algorithm go to every algorithm."""
    algos: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        algos[row.env_id] |= {row.algo} if row.algo else set()
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        for algo in [row.algo] if row.algo else algos[row.env_id] or {""}:
            groups[row.env_id, algo, row.arm, row.labels, row.demonstrations, 0].append(row)
    parts = {key: list(_split(groups[key])) for key in groups}
    lengths = {place: lengths_of(rows, *place) for place in unique(key[:2] for key in groups)}
    told = {key[2] for key in parts if len(lengths[key[:2]]) > 1 and arm_of(key[2]).algorithm}
    found = {
        (*key[:-1], length if key[2] in told else 0): rows
        for key, split in parts.items()
        for length, rows in split
    }
    return {key: sorted(found[key], key=lambda row: row.seed) for key in sorted(found, key=_order)}


def lengths_of(rows: Iterable[Row], env_id: str, algo: str) -> list[int]:
    """Return the different numbers of training steps of one algorithm, the fewest first.

    >>> rows = [Row("Dot", "ppo", "learned", n, 0, 0, returns=(1.0,), steps=n) for n in (90, 9)]
    >>> lengths_of(rows, "Dot", "ppo")
    [9, 90]
    """
    return sorted(
        {
            row.length
            for row in _usable(rows)
            if (row.env_id, row.algo) == (env_id, algo) and row.length
        }
    )


def _split(rows: Sequence[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Split runs by their number of training steps.

    Failed runs belong to those that are as long as they were planned to be; they and runs whose
    number of steps is not known belong to the longest else.
    """
    lengths = sorted({row.length for row in _usable(rows)} - {0})
    for length in lengths or [0]:
        yield length, [row for row in rows if _length_in(lengths, row) == length]


def _length_in(lengths: Sequence[int], row: Row) -> int:
    length = row.length if math.isfinite(row.mean_return) else row.settings.get("steps")
    return next((known for known in lengths if known == length), max(lengths, default=0))


def _order(key: Key) -> tuple[object, ...]:
    """Sort environments and algorithms by name, arms for readers, the most of all first."""
    env_id, algo, arm, *amounts = key
    return env_id.lower(), env_id, algo, arm_of(arm).order, *(-amount for amount in amounts)


def _usable(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Select the runs that have a true return."""
    return tuple(row for row in rows if math.isfinite(row.mean_return))


def _scale(arms: Mapping[str, tuple[Row, ...]]) -> Scale | str:
    """Return the scale, or the reason why there is none."""
    for arm, name in (("random", "run of the random policy"), ("true", "run with the true reward")):
        if not arms.get(arm):
            return f"there is no {'finished ' if arm in arms else ''}{name}"
    zero = float(np.mean([row.mean_return for row in arms["random"]]))
    one = float(np.median([row.mean_return for row in arms["true"]]))
    noise = float(np.std([value for row in arms["random"] for value in row.returns]))
    if one - zero <= noise or not differ(zero, one):
        return "the agent trained with the true reward is hardly better than the random policy"
    return Scale(zero, one)


def differ(low: float, high: float) -> bool:
    """Whether one true return exceeds another by more than rounding and chance explain."""
    return high - low > COINCIDE * max(abs(low), abs(high))


def unique(values: Iterable[T]) -> list[T]:
    """Return each value once, in the order of its first appearance."""
    return list(dict.fromkeys(values))
