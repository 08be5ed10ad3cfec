"""Diagnostics of made-up predictions, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rlhf_gym.reward_model import correlation
from rlhf_gym.reward_model.diagnostics import diagnose


def test_each_query_is_judged_by_the_members_that_did_not_learn_from_it() -> None:
    probability = np.array([[0.9, 0.2, 0.6, 0.3], [0.1, 0.4, 0.8, 0.7]])
    weights = np.array([[0, 1, 0, 2], [1, 0, 0, 1]])
    labels = np.array([1.0, 1.0, 0.5, 0.0])
    found = diagnose(probability, weights, labels)
    # held out: .9 (label 1), .4 (label 1), mean .7 (a tie); the last query is nobody's
    assert found.held_out == 3
    assert found.accuracy == 0.5
    assert found.tie_error == pytest.approx(0.2)
    tie = -0.5 * math.log(0.7) - 0.5 * math.log(0.3)
    assert found.cross_entropy == pytest.approx((-math.log(0.9) - math.log(0.4) + tie) / 3)
    assert found.cross_entropy_floor == pytest.approx((math.log(2) - 2 * math.log(0.95)) / 3)
    # learned from: .1 (label 1: wrong), .2 (label 1: wrong), mean .5 (label 0: undecided)
    assert found.training_accuracy == pytest.approx(0.5 / 3)


def test_calibration_compares_prediction_and_outcome_in_bins_of_a_tenth() -> None:
    probability = np.array([[0.62, 0.68, 0.05, 1.0]])
    found = diagnose(probability, np.zeros((1, 4)), np.array([1.0, 0.0, 0.0, 1.0]))
    expected = [(0.05, 0.0, 1), (0.65, 0.5, 2), (1.0, 1.0, 1)]
    for bin_, wanted in zip(found.calibration, expected, strict=True):
        assert bin_ == pytest.approx(wanted)


def test_ties_have_no_accuracy() -> None:
    found = diagnose(np.full((2, 3), 0.9), np.zeros((2, 3)), np.full(3, 0.5))
    assert math.isnan(found.accuracy) and math.isnan(found.training_accuracy)
    assert found.cross_entropy_floor == pytest.approx(math.log(2))


def test_without_queries_nothing_is_known() -> None:
    found = diagnose(np.empty((3, 0)), np.empty((3, 0)), np.empty(0))
    assert found.held_out == 0 and found.calibration == ()
    unknown = (found.accuracy, found.cross_entropy, found.cross_entropy_floor, found.tie_error)
    assert all(math.isnan(value) for value in unknown)


def test_correlation_of_a_constant_is_unknown() -> None:
    rising = np.array([1.0, 2.0, 4.0])
    assert correlation(rising, -rising) == -1
    assert correlation(rising, np.array([1.0, 2.0, 1.0])) == pytest.approx(-1 / math.sqrt(28))
    assert math.isnan(correlation(rising, np.ones(3)))
    assert math.isnan(correlation(rising[:1], rising[:1]))
