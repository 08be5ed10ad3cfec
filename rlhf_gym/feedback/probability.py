"""How likely one clip is preferred to another, from what both are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["bradley_terry_probability"]

LARGEST_DIFFERENCE = 50.0
"""Larger differences count as this one, beyond which the probability is 1 to the last bit."""


def bradley_terry_probability(
    difference: npt.ArrayLike, beta: float = 1.0
) -> npt.NDArray[np.floating[Any]]:
    """Probability that the first clip is preferred: ``sigmoid(beta * difference)``, elementwise.

    The model of Bradley and Terry (1952) without answers given at random; for those that a reward
    model learns from, see `rlhf_gym.reward_model.likelihoods`.

    Args:
        difference: return of the first clip less that of the second.
        beta: rationality: how much one unit of return weighs.

    >>> bradley_terry_probability([0.0, np.log(3.0), -1000.0]).round(3).tolist()
    [0.5, 0.75, 0.0]
    """
    weighed = np.clip(beta * np.asarray(difference), -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE)
    return np.asarray(1 / (1 + np.exp(-weighed)))
