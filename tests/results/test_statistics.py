"""Numbers worked out by hand."""

import numpy as np
import pytest

from rlhf_gym.results.statistics import (
    aggregate,
    interquartile_mean,
    interval,
    labels_needed,
    performance_profile,
    probability_of_improvement,
)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([7.0], 7.0),
        ([1.0, 2.0, 6.0], 3.0),  # a quarter of three, rounded down, is none
        ([100.0, 2.0, 4.0, -50.0], 3.0),
        ([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -9.0], 3.5),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 700.0, 8.0, 9.0], 28 / 6),
    ],
)
def test_the_interquartile_mean_leaves_a_quarter_out_at_either_end(
    scores: list[float], expected: float
) -> None:
    assert interquartile_mean(np.array(scores)) == pytest.approx(expected)


def test_the_interquartile_mean_works_on_the_last_axis() -> None:
    scores = np.array([[1.0, 2.0, 3.0, 100.0], [-9.0, 5.0, 5.0, 5.0]])
    assert interquartile_mean(scores).tolist() == [2.5, 5.0]


def test_the_interquartile_mean_of_what_is_not_known_is_not_known() -> None:
    scores = np.array([[1.0, 2.0, 3.0, np.nan], [1.0, 2.0, 2.0, 9.0]])
    assert np.isnan(interquartile_mean(scores)).tolist() == [True, False]


def test_the_interval_of_three_seeds_ends_at_the_seeds() -> None:
    # all drawn equal with probability 1/27 each: the 2.5 and 97.5 percentiles are the extremes
    scores = [np.array([0.0, 0.5, 1.0])]
    assert interval(interquartile_mean, scores, rng()).tolist() == [0.0, 1.0]


def test_there_is_no_interval_below_three_runs_of_each_environment() -> None:
    three, two = np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0])
    for strata in ([two], [three, two]):
        assert np.isnan(interval(interquartile_mean, strata, rng())).all()
        assert np.isnan(performance_profile(strata, three, rng())[1:]).all()
        assert np.isnan(probability_of_improvement([three] * len(strata), strata, rng()).low)


def test_seeds_are_resampled_within_their_environment_only() -> None:
    # without strata, some resamples would hold three zeros or three ones
    strata = [np.zeros(3), np.ones(3)]
    assert interval(interquartile_mean, strata, rng()).tolist() == [0.5, 0.5]


def test_an_interval_holds_the_true_mean_in_about_95_of_100_samples() -> None:
    draw = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        found = aggregate([draw.normal(size=20) for _ in range(3)], draw)
        held += found.low <= 0.0 <= found.high
    assert 0.88 <= held / 200 <= 0.98


def test_the_same_generator_gives_the_same_interval() -> None:
    runs = [np.array([0.1, 0.7, 0.9])]
    assert aggregate(runs, rng()) == aggregate(runs, rng())


def test_a_single_seed_has_no_interval() -> None:
    found = aggregate([np.array([0.5]), np.array([0.7])], rng())
    assert found.value == pytest.approx(0.6)
    assert np.isnan([found.low, found.high]).all()


def test_a_profile_falls_from_all_runs_to_none() -> None:
    taus = np.array([-0.1, 0.0, 0.5, 0.9, 1.0])
    share, low, high = performance_profile(
        [np.array([0.0, 1.0, 1.0]), np.array([0.6, 0.7, 0.8])], taus, rng()
    )
    assert share.tolist() == pytest.approx([1.0, 5 / 6, 5 / 6, 2 / 6, 0.0])
    assert ((low <= share) & (share <= high)).all()
    # above 0.9: the second environment never, the first with 0, 1, 2 or 3 of 6 runs
    assert (low[3], high[3]) == (0.0, 0.5)


def test_a_better_arm_wins_every_pair() -> None:
    x, y = [np.array([3.0, 4.0, 5.0])], [np.array([0.0, 1.0, 2.0])]
    found = probability_of_improvement(x, y, rng())
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_ties_count_half_and_environments_count_alike() -> None:
    # (3, 4, 4) against (1, 3, 3): 8 of 9 pairs; (0, 0, 0) against (0, 0, 1): 1 of 3
    x = [np.array([3.0, 4.0, 4.0]), np.zeros(3)]
    y = [np.array([1.0, 3.0, 3.0]), np.array([0.0, 0.0, 1.0])]
    found = probability_of_improvement(x, y, rng())
    assert found.value == pytest.approx((8 / 9 + 1 / 3) / 2)
    assert found.low < found.value < found.high


def test_an_arm_is_as_good_as_itself() -> None:
    runs = [np.arange(5.0)]
    found = probability_of_improvement(runs, runs, rng())
    assert found.value == 0.5
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.95, 0.97, 1.0], 25.0),  # the fewest do already
        ([0.5, 0.9, 0.8], 100.0),
        ([0.5, 0.8, 1.0], 200.0),  # half way from 100 to 400 in the logarithm
        ([0.92, 0.5, 1.0], 25.0),  # the first crossing counts
    ],
)
def test_labels_needed(scores: list[float], expected: float) -> None:
    assert labels_needed([25, 100, 400], scores, 0.9) == pytest.approx(expected)


def test_labels_needed_are_unknown_where_the_score_is_not_reached() -> None:
    assert np.isnan(labels_needed([25, 100], [0.2, 0.89], 0.9))
