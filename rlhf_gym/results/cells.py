"""Cells: runs that differ in nothing but their seed, and what makes their true returns scores."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np

from rlhf_gym.results.row import Row
from rlhf_gym.results.statistics import Estimate, Floats, aggregate

__all__ = [
    "TAUGHT",
    "Cell",
    "Scale",
    "algorithm_name",
    "arm_name",
    "arm_order",
    "cells_of",
    "unique",
]

TAUGHT = ("learned", "person")
"""Arms that learn what the teacher really prefers: a formula without faults, or a person."""
ARMS = ("true", *TAUGHT, "shuffled")
LAST = ("bc", "gail", "airl", "random")
COINCIDE = 0.05
"""True returns coincide where less than this share of the larger lies between them."""

T = TypeVar("T")
Key: TypeAlias = tuple[str, str, str, int, int]


@dataclass(frozen=True)
class Scale:
    """What makes a true return a score, in one environment and with one algorithm.

    Attributes:
        zero: mean true return of the random policy.
        one: median over seeds of the true return of agents trained with the true reward.
    """

    zero: float
    one: float

    def score(self, returns: Floats) -> Floats:
        """Scores of true returns.

        >>> Scale(zero=20.0, one=500.0).score(np.array([20.0, 260.0, 500.0]))
        array([0. , 0.5, 1. ])
        """
        return (returns - self.zero) / (self.one - self.zero)


@dataclass(frozen=True)
class Cell:
    """Runs that differ in nothing but their seed.

    Attributes:
        env_id: the environment.
        algo: the algorithm.
        arm: where the reward comes from; see `Row`.
        labels: answers to spend.
        demonstrations: episodes shown.
        rows: the runs that have true returns, by seed.
        failed: how many have none.
        scale: what makes their true returns scores, or None.
    """

    env_id: str
    algo: str
    arm: str
    labels: int
    demonstrations: int
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
        """The arm, and with how much feedback."""
        return arm_name(self.arm, [self.labels], [self.demonstrations])

    @property
    def place(self) -> str:
        """Environment and algorithm."""
        return f"{self.env_id} {algorithm_name(self.algo)}".strip()

    def measured(self, name: str) -> Floats:
        """A column of the rows, where it is known."""
        values = np.array([getattr(row, name) for row in self.rows], dtype=np.float64)
        return values[np.isfinite(values)]


def arm_name(arm: str, labels: Sequence[int], demonstrations: Sequence[int]) -> str:
    """An arm and how much feedback it had.

    >>> arm_name("learned", [50, 200, 50], [0, 0, 0]), arm_name("bc", [0], [1])
    ('learned, 50 to 200 labels', 'bc, 1 demonstration')
    """
    parts = [arm]
    for counts, noun in ((labels, "label"), (demonstrations, "demonstration")):
        few, many = min(counts), max(counts)
        if many:
            span = f"{many:,}" if few == many else f"{few:,} to {many:,}"
            parts.append(f"{span} {noun}{'' if many == 1 else 's'}")
    return ", ".join(parts)


def algorithm_name(algo: str) -> str:
    """An algorithm as people write it.

    >>> algorithm_name("ppo"), algorithm_name("sb3_contrib:TQC")
    ('PPO', 'TQC')
    """
    return algo.split(":")[-1] if ":" in algo else algo.upper()


def cells_of(rows: Sequence[Row]) -> tuple[tuple[Cell, ...], dict[tuple[str, str], str]]:
    """Group runs into cells, ordered by environment, algorithm and arm.

    Runs without an algorithm (the random policy) stand beside every algorithm.

    Returns:
        The cells; and why there is no score, by environment and algorithm.
    """
    groups = _groups(rows)
    scales: dict[tuple[str, str], Scale] = {}
    unscored: dict[tuple[str, str], str] = {}
    for env_id, algo in unique(key[:2] for key in groups):
        found = _scale(
            {key[2]: _usable(groups[key]) for key in groups if key[:2] == (env_id, algo)}
        )
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
    """The rows of each cell, ordered; those without an algorithm go to every algorithm."""
    algos: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        algos[row.env_id] |= {row.algo} if row.algo else set()
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        for algo in [row.algo] if row.algo else algos[row.env_id] or {""}:
            groups[row.env_id, algo, row.arm, row.labels, row.demonstrations].append(row)
    return {
        key: sorted(groups[key], key=lambda row: row.seed) for key in sorted(groups, key=_order)
    }


def _order(key: Key) -> tuple[object, ...]:
    """Environments and algorithms by name, arms as people read them, the most feedback first."""
    env_id, algo, arm, labels, demonstrations = key
    return env_id.lower(), env_id, algo, arm_order(arm), -labels, -demonstrations


def arm_order(arm: str) -> tuple[int, str]:
    """Sorts arms as people read them: the true reward, what was learned, the controls."""
    if arm in LAST:
        return len(ARMS) + 1 + LAST.index(arm), arm
    return (ARMS.index(arm) if arm in ARMS else len(ARMS)), arm


def _usable(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Those that have a true return."""
    return tuple(row for row in rows if math.isfinite(row.mean_return))


def _scale(arms: Mapping[str, tuple[Row, ...]]) -> Scale | str:
    """The scale, or why there is none."""
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
    """Whether a true return is higher than another by more than rounding and chance explain."""
    return high - low > COINCIDE * max(abs(low), abs(high))


def unique(values: Iterable[T]) -> list[T]:
    """Each value once, in the order of its first appearance."""
    return list(dict.fromkeys(values))
