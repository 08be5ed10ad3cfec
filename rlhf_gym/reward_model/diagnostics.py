"""How well a reward model predicts labels: pure functions of its predictions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from rlhf_gym.reward_model.likelihoods import Likelihood, bradley_terry, loss_floor

__all__ = ["Diagnostics", "correlation", "diagnose"]

BINS = 10


@dataclass(frozen=True)
class Diagnostics:
    """How well labels are predicted, each by the members that did not learn from it.

    By default nothing is known.

    Attributes:
        held_out: number of queries that at least one member did not learn from.
        accuracy: share of the decided ones (no ties) whose better clip is predicted; NaN if none.
        cross_entropy: mean over all of them, in nats.
        cross_entropy_floor: the least that any model could reach on them: ties cost ``ln 2``.
        tie_error: mean distance of the prediction from 1/2 on ties; NaN if there are none.
        calibration: for each bin of predicted probability that holds any: the mean prediction, the
            observed share and the number of queries.
        training_accuracy: as ``accuracy``, by the members that did learn from the query.
    """

    held_out: int = 0
    accuracy: float = math.nan
    cross_entropy: float = math.nan
    cross_entropy_floor: float = math.nan
    tie_error: float = math.nan
    calibration: tuple[tuple[float, float, int], ...] = ()
    training_accuracy: float = math.nan


def diagnose(
    probability: npt.NDArray[np.floating],
    weights: npt.NDArray[np.floating],
    labels: npt.NDArray[np.floating],
    likelihood: Likelihood = bradley_terry,
) -> Diagnostics:
    """Return diagnostics, computed from predictions.

    Args:
        probability: ``(members, n)``, predicted probability that the first clip is better.
        weights: ``(members, n)``, how often each member learned from each query.
        labels: ``(n,)``, 1, 0 or 0.5.
        likelihood: by which the model learned from them; it sets the floor.
    """
    outside = weights == 0
    seen, learned = outside.any(axis=0), (~outside).any(axis=0)
    predicted = _mean_where(probability, outside)[seen]
    actual = labels[seen]
    answers = torch.from_numpy(actual).double()
    ties = actual == 0.5
    return Diagnostics(
        held_out=int(seen.sum()),
        accuracy=_accuracy(predicted, actual),
        cross_entropy=functional.binary_cross_entropy(
            torch.from_numpy(predicted).double(), answers
        ).item(),
        cross_entropy_floor=loss_floor(likelihood, answers),
        tie_error=float(np.abs(predicted[ties] - 0.5).mean()) if ties.any() else math.nan,
        calibration=_calibration(predicted, actual),
        training_accuracy=_accuracy(_mean_where(probability, ~outside)[learned], labels[learned]),
    )


def correlation(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> float:
    """Return Pearson's correlation of two rows of numbers; NaN if one of them is constant.

    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    1.0
    """
    if len(first) < 2 or np.ptp(first) < 1e-12 or np.ptp(second) < 1e-12:
        return math.nan
    return round(float(np.corrcoef(first, second)[0, 1]), 12)


def _mean_where(
    values: npt.NDArray[np.floating], where: npt.NDArray[np.bool_]
) -> npt.NDArray[np.floating]:
    count = where.sum(axis=0)
    return np.asarray((values * where).sum(axis=0) / np.maximum(count, 1))


def _accuracy(predicted: npt.NDArray[np.floating], actual: npt.NDArray[np.floating]) -> float:
    decided = actual != 0.5
    if not decided.any():
        return math.nan
    right = (predicted[decided] > 0.5) == (actual[decided] > 0.5)
    undecided = predicted[decided] == 0.5
    return float(np.where(undecided, 0.5, right).mean())


def _calibration(
    predicted: npt.NDArray[np.floating], actual: npt.NDArray[np.floating]
) -> tuple[tuple[float, float, int], ...]:
    bin_of = np.minimum((predicted * BINS).astype(int), BINS - 1)
    return tuple(
        (float(predicted[inside].mean()), float(actual[inside].mean()), int(inside.sum()))
        for inside in (bin_of == b for b in range(BINS))
        if inside.any()
    )
