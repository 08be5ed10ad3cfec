"""The preference model and its loss against numbers worked out by hand."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch

from rlhf_gym.reward_model.likelihoods import (
    answer_probability,
    bradley_terry,
    loss_floor,
    preference_probability,
)


@pytest.mark.parametrize(
    ("first", "second", "probability"),
    [
        (2.0, 2.0, 0.5),
        (math.log(3), 0.0, 0.9 * 0.75 + 0.05),  # sigmoid(log 3) = 3/4
        (0.0, math.log(3), 0.9 * 0.25 + 0.05),
        (1000.0, 0.0, 0.95),
        (0.0, 1000.0, 0.05),
    ],
)
def test_one_answer_in_ten_is_taken_to_be_given_at_random(
    first: float, second: float, probability: float
) -> None:
    predicted = preference_probability(torch.tensor(first), torch.tensor(second))
    assert predicted.item() == pytest.approx(probability)


def test_far_apart_returns_have_finite_gradients() -> None:
    returns = torch.tensor([1e6, -1e6], requires_grad=True)
    torch.autograd.backward(bradley_terry(returns[None, None], torch.zeros(1)))
    assert returns.grad is not None and returns.grad.isfinite().all()


def test_the_floor_is_what_the_best_predictions_cost() -> None:
    sure, tie = -math.log(0.95), math.log(2)
    floor = partial(loss_floor, bradley_terry)
    assert floor(torch.tensor([1.0, 0.0, 0.5, 1.0])) == pytest.approx((3 * sure + tie) / 4)
    three_to_one = 0.75 * math.log(4 / 3) + 0.25 * math.log(4)  # two annotators who differ, e.g.
    assert floor(torch.tensor([0.75])) == pytest.approx(three_to_one)
    assert math.isnan(floor(torch.tensor([])))


def test_the_log_likelihood_of_a_comparison_is_that_of_its_answer() -> None:
    log3 = math.log(3)  # sigmoid(log 3) = 3/4, with response noise 0.725
    returns = torch.tensor([[[log3, 0.0], [0.0, 0.0]], [[0.0, log3], [1000.0, 0.0]]])
    expected = [
        [math.log(0.725), math.log(0.5)],
        [math.log(0.275), 0.5 * math.log(0.95) + 0.5 * math.log(0.05)],
    ]
    found = bradley_terry(returns, torch.tensor([1.0, 0.5]))
    torch.testing.assert_close(found, torch.tensor(expected))
    probability = answer_probability(bradley_terry, returns)
    torch.testing.assert_close(probability, torch.tensor([[0.725, 0.5], [0.275, 0.95]]))


def test_a_floor_is_known_of_bradley_terry_only() -> None:
    labels = torch.tensor([1.0, 0.0, 0.5])
    least = (math.log(2) - 2 * math.log(0.95)) / 3
    assert loss_floor(bradley_terry, labels) == pytest.approx(least)
    assert loss_floor(lambda returns, answers: bradley_terry(returns, answers), labels) == 0.0
