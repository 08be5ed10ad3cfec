"""One number and its interval from the scores of several seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

RESAMPLES = 10_000


def interquartile_mean(scores: Floats) -> Floats:
    """The mean of the middle half, along the last axis (Agarwal et al. 2021).

    >>> interquartile_mean(np.array([-1000.0, 1.0, 2.0, 3.0])).item()
    1.5
    """
    cut = scores.shape[-1] // 4
    middle = np.sort(scores, axis=-1)[..., cut : scores.shape[-1] - cut]
    return np.asarray(middle.mean(axis=-1))


def interval(scores: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """The 95 % bootstrap interval of the interquartile mean, seeds resampled."""
    resampled = rng.choice(scores, size=(RESAMPLES, len(scores)))
    low, high = np.percentile(interquartile_mean(resampled), (2.5, 97.5))
    return float(low), float(high)
