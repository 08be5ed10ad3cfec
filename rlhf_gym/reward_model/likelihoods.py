"""The preference model and its loss: pure functions (Christiano et al. 2017, section 2.2.3)."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["RESPONSE_NOISE", "cross_entropy", "cross_entropy_floor", "preference_probability"]

RESPONSE_NOISE = 0.1
"""Share of answers that are taken to be given at random (Christiano et al. 2017, section 2.2.3)."""

MAX_RETURN_DIFFERENCE = 50.0


def preference_probability(first: Tensor, second: Tensor) -> Tensor:
    """Probability that the first clip is preferred, from the two clips' learned returns.

    ``P = (1 - e) sigmoid(R_1 - R_2) + e / 2`` with ``e`` the response noise (Christiano et al.
    2017, equation 1 and section 2.2.3).

    >>> preference_probability(torch.tensor(3.0), torch.tensor(3.0)).item()
    0.5
    """
    difference = (first - second).clamp(-MAX_RETURN_DIFFERENCE, MAX_RETURN_DIFFERENCE)
    return (1 - RESPONSE_NOISE) * torch.sigmoid(difference) + RESPONSE_NOISE / 2


def cross_entropy(probability: Tensor, label: Tensor) -> Tensor:
    """Cross-entropy of each label against its predicted probability, in nats, elementwise."""
    return functional.binary_cross_entropy(
        probability, label.expand_as(probability), reduction="none"
    )


def cross_entropy_floor(labels: Tensor) -> float:
    """The least mean cross-entropy that any model can reach on these labels.

    It predicts each label as nearly as the response noise ``e`` lets it: a tie costs at least
    ``ln 2``, a decided label ``-ln(1 - e / 2)``.

    >>> round(cross_entropy_floor(torch.tensor([1.0, 0.0])), 4)
    0.0513
    >>> round(cross_entropy_floor(torch.tensor([0.5])), 4)
    0.6931
    """
    if len(labels) == 0:
        return math.nan
    nearest = labels.clamp(RESPONSE_NOISE / 2, 1 - RESPONSE_NOISE / 2)
    return cross_entropy(nearest, labels).mean().item()
