"""How likely an answer is under learned returns: pure functions, one for each kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "LIKELIHOODS",
    "RESPONSE_NOISE",
    "Likelihood",
    "answer_probability",
    "bradley_terry",
    "loss_floor",
    "preference_probability",
]

Likelihood: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""``(returns (members, n, clips), answers (n,)) -> log-likelihoods (members, n)``, differentiable.

Of a comparison the answer is the probability that the first clip is better: 1, 0, 0.5 for a tie, or
what several annotators give together.
"""

RESPONSE_NOISE = 0.1
"""Share of answers that are taken to be given at random (Christiano et al. 2017, section 2.2.3)."""
MAX_RETURN_DIFFERENCE = 50.0
"""Larger differences of two returns count as this one, so that no gradient overflows."""


def bradley_terry(returns: Tensor, answers: Tensor) -> Tensor:
    """Return log-likelihoods of comparisons (Bradley and Terry 1952; Christiano et al. 2017).

    Args:
        returns: ``(members, n, 2)``, learned returns of both clips.
        answers: ``(n,)``, between 0 and 1: probability that the first clip is better.

    Returns:
        ``(members, n)``, in nats.

    >>> bradley_terry(torch.tensor([[[3.0, 3.0]]]), torch.tensor([1.0])).item()  # ln 1/2
    -0.6931471824645996
    """
    probability = preference_probability(returns[..., 0], returns[..., 1])
    return -functional.binary_cross_entropy(
        probability, answers.expand_as(probability), reduction="none"
    )


LIKELIHOODS: Mapping[str, Likelihood] = MappingProxyType({"comparison": bradley_terry})
"""The likelihood of each kind of answer."""


def preference_probability(first: Tensor, second: Tensor) -> Tensor:
    """Return the probability that the first clip is preferred, from both learned returns.

    ``P = (1 - e) sigmoid(R_1 - R_2) + e / 2`` with ``e`` the response noise (Christiano et al.
    2017, equation 1 and section 2.2.3).

    >>> preference_probability(torch.tensor(3.0), torch.tensor(3.0)).item()
    0.5
    """
    difference = (first - second).clamp(-MAX_RETURN_DIFFERENCE, MAX_RETURN_DIFFERENCE)
    return (1 - RESPONSE_NOISE) * torch.sigmoid(difference) + RESPONSE_NOISE / 2


def answer_probability(likelihood: Likelihood, returns: Tensor) -> Tensor:
    """Return the probability ``(members, n)`` that the first clip is preferred, by a likelihood.

    >>> round(answer_probability(bradley_terry, torch.tensor([[[0.0, 100.0]]])).item(), 4)
    0.05
    """
    for_each_answer = [
        likelihood(returns, returns.new_full(returns.shape[1:2], answer)) for answer in (1.0, 0.0)
    ]
    return torch.sigmoid(for_each_answer[0] - for_each_answer[1])


def loss_floor(likelihood: Likelihood, answers: Tensor) -> float:
    """Return the least mean loss, in nats, that any model can reach; NaN without answers.

    By Bradley-Terry it predicts each answer as nearly as the response noise ``e`` lets it: a tie
    costs at least ``ln 2``, a decided answer ``-ln(1 - e / 2)``. For a custom likelihood it is only
    known that a probability is at most 1.

    >>> round(loss_floor(bradley_terry, torch.tensor([1.0, 0.0])), 4)
    0.0513
    >>> round(loss_floor(bradley_terry, torch.tensor([0.5])), 4)
    0.6931
    """
    if likelihood is not bradley_terry:
        return 0.0
    nearest = answers.clamp(RESPONSE_NOISE / 2, 1 - RESPONSE_NOISE / 2)
    return functional.binary_cross_entropy(nearest, answers).item()
