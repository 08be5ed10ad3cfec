"""Statistics for a small number of runs.

Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (2021).

Runs come as strata: one array ``(runs,)`` float64 for each environment, not all of the same length.
Resamples are drawn within each stratum, so they have as many runs of each environment as there are.
All intervals are 95 % percentile intervals; if a stratum has fewer than three runs, they are NaN,
since its resamples would say hardly anything about other runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Estimate",
    "Floats",
    "aggregate",
    "interquartile_mean",
    "interval",
    "labels_needed",
    "performance_profile",
    "probability_of_improvement",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Strata: TypeAlias = Sequence[Floats]

RESAMPLES = 10_000
"""Number of bootstrap resamples."""
BOUNDS = (2.5, 97.5)
"""Percentiles of a 95 % interval."""
FEWEST = 3
"""Number of runs below which there is no interval."""


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval.

    Attributes:
        value: the number; NaN if there is none.
        low: lower bound; NaN if there is none.
        high: upper bound; NaN if there is none.
    """

    value: float
    low: float = math.nan
    high: float = math.nan


def interquartile_mean(scores: Floats) -> Floats:
    """Compute the mean of the middle half along the last axis (section 4.3).

    A quarter of the values, rounded down, is left out at each end, so none of 3 values. It is NaN
    if a value is: which values are the middle half is not known then.

    >>> interquartile_mean(np.array([-1000.0, 1.0, 2.0, 3.0])).item()
    1.5
    """
    cut = scores.shape[-1] // 4
    middle = np.sort(scores, axis=-1)[..., cut : scores.shape[-1] - cut]
    known = ~np.isnan(scores).any(axis=-1)
    return np.asarray(np.where(known, middle.mean(axis=-1), np.nan))


def aggregate(strata: Strata, rng: np.random.Generator) -> Estimate:
    """Compute the interquartile mean over all runs, with its stratified bootstrap interval.

    >>> runs = [np.array([0.9, 1.0, 1.1, 1.0]), np.array([0.8, 0.9, 0.1, 0.9])]
    >>> found = aggregate(runs, np.random.default_rng(0))
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2)
    (0.925, 0.72, 0.97)
    """
    value = float(interquartile_mean(np.concatenate(strata)))
    return Estimate(value, *interval(interquartile_mean, strata, rng).tolist())


def interval(
    statistic: Callable[[Floats], Floats], strata: Strata, rng: np.random.Generator
) -> Floats:
    """Compute the stratified bootstrap interval of any statistic (section 4.1).

    Args:
        statistic: maps resamples ``(resamples, runs)`` to values ``(resamples, ...)``.
        strata: the runs of each environment.
        rng: draws the resamples.

    Returns:
        Lower and upper bounds ``(2, ...)``.
    """
    drawn = [runs[rng.integers(len(runs), size=(RESAMPLES, len(runs)))] for runs in strata]
    found = statistic(np.concatenate(drawn, axis=1))
    return _bounds(found, known=_enough(strata))


def _enough(strata: Strata) -> bool:
    """Whether there are enough runs of each environment for an interval."""
    return all(len(runs) >= FEWEST for runs in strata)


def _bounds(found: Floats, known: bool) -> Floats:
    if not known:
        return np.full((2, *found.shape[1:]), np.nan)
    return np.asarray(np.percentile(np.ascontiguousarray(found.T), BOUNDS, axis=-1))


def performance_profile(
    strata: Strata, taus: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Compute the share of runs that score above each ``tau`` (equation 3), with a pointwise band.

    Args:
        strata: the scores of each environment.
        taus: the scores ``(taus,)``.
        rng: draws the resamples.

    Returns:
        Share, lower and upper bound, each ``(taus,)``.

    >>> runs = [np.array([0.0, 0.5]), np.array([1.0, 1.5])]
    >>> performance_profile(runs, np.array([-1.0, 0.5, 1.2]), np.random.default_rng(0))[0]
    array([1.  , 0.5 , 0.25])
    """
    above = [(runs[:, None] > taus).astype(float) for runs in strata]
    total = sum(len(runs) for runs in strata)
    drawn = np.sum([_times_drawn(len(runs), rng) @ runs for runs in above], axis=0) / total
    low, high = _bounds(drawn, known=_enough(strata))
    return np.concatenate(above).mean(axis=0), low, high


def _times_drawn(n: int, rng: np.random.Generator) -> Floats:
    """Count how often each of ``n`` runs is in each resample: ``(resamples, n)``."""
    places = rng.integers(n, size=(RESAMPLES, n)) + n * np.arange(RESAMPLES)[:, None]
    return np.bincount(places.ravel(), minlength=RESAMPLES * n).reshape(RESAMPLES, n).astype(float)


def probability_of_improvement(x: Strata, y: Strata, rng: np.random.Generator) -> Estimate:
    """Estimate the probability that a run of ``x`` beats one of ``y`` (equation 4).

    This is the Mann-Whitney statistic of each environment, with ties counted as one half, averaged
    over the environments.

    Args:
        x: returns or scores of one kind of run, one array for each environment.
        y: those of the other kind, in the same order of environments.
        rng: draws the resamples.

    >>> x, y = [np.array([3.0, 4.0])], [np.array([1.0, 3.0])]
    >>> probability_of_improvement(x, y, np.random.default_rng(0)).value
    0.875
    """
    pairs = list(zip(x, y, strict=True))
    wins = [0.5 + 0.5 * np.sign(a[:, None] - b[None, :]) for a, b in pairs]
    resampled = np.mean([_resampled_wins(won, rng) for won in wins], axis=0)
    known = _enough(x) and _enough(y)
    value = float(np.mean([won.mean() for won in wins]))
    return Estimate(value, *_bounds(resampled, known).tolist())


def _resampled_wins(won: Floats, rng: np.random.Generator) -> Floats:
    """Compute the share of pairs won ``(resamples,)`` when both sides are resampled."""
    n, m = won.shape
    of_x, of_y = _times_drawn(n, rng), _times_drawn(m, rng)
    return np.asarray(((of_x @ won) * of_y).sum(axis=1) / (n * m))


def labels_needed(labels: Sequence[int], scores: Sequence[float], wanted: float) -> float:
    """Interpolate the number of labels that reaches a score.

    Between two neighbouring counts, the score is taken to be linear in the logarithm of the number
    of labels; the first crossing counts.

    Args:
        labels: increasing numbers of labels, all above 0.
        scores: the score of each number of labels.
        wanted: the score to reach.

    Returns:
        The number of labels; the smallest one if it reaches the score already, NaN if none does.

    >>> labels_needed([25, 100, 400], [0.5, 0.8, 1.0], 0.9)
    200.0
    """
    points = list(zip(labels, scores, strict=True))
    if points and points[0][1] >= wanted:
        return float(points[0][0])
    return round(next(_crossings(points, wanted), math.nan), 6)


def _crossings(points: Sequence[tuple[int, float]], wanted: float) -> Iterator[float]:
    for (few, below), (many, above) in zip(points, points[1:], strict=False):
        if below < wanted <= above:
            yield few * (many / few) ** ((wanted - below) / (above - below))
