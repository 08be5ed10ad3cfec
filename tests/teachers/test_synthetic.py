"""SyntheticTeacher against numbers worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from builders import a_clip
from hypothesis import given, settings
from hypothesis import strategies as st

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Score
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers import SyntheticTeacher

FIRST, SECOND, TIE = Preference.FIRST, Preference.SECOND, Preference.TIE


def asked(teacher: SyntheticTeacher, first: Clip, second: Clip) -> Preference | None:
    judgement = teacher.answer(Query((first, second)))
    return None if judgement is None else judgement.preference


def share_of_first(teacher: SyntheticTeacher, first: Clip, second: Clip, n: int) -> float:
    return sum(asked(teacher, first, second) is FIRST for _ in range(n)) / n


def within(share: float, probability: float, n: int) -> bool:
    """Whether a share lies within 4 standard deviations of the binomial distribution."""
    return abs(share - probability) <= 4 * math.sqrt(probability * (1 - probability) / n)


def after(teacher: SyntheticTeacher, *episodes: tuple[float, int]) -> SyntheticTeacher:
    for true_return, steps in episodes:
        teacher.episode_ended(true_return, steps)
    return teacher


def test_the_oracle_names_the_higher_return_and_ties_exact_equality() -> None:
    oracle = SyntheticTeacher()
    assert asked(oracle, a_clip(1, 2), a_clip(2, 0)) is FIRST
    assert asked(oracle, a_clip(2, 0), a_clip(1, 2)) is SECOND
    assert asked(oracle, a_clip(1, 2), a_clip(2, 1)) is TIE
    assert asked(oracle, a_clip(-5), a_clip(-4)) is SECOND


def test_equal_rewards_in_another_order_tie_exactly() -> None:
    rewards = [0.1, 0.7, -0.3, 1e-7, 12.3, 0.2]
    assert asked(SyntheticTeacher(), a_clip(*rewards), a_clip(*rewards[::-1])) is TIE


def test_the_judgement_says_who_answered_which_query_and_what_stood_left() -> None:
    judgement = SyntheticTeacher().answer(Query((a_clip(1), a_clip(0)), id=7, left=1))
    assert judgement is not None
    assert (judgement.query, judgement.annotator, judgement.left) == (7, "synthetic", 1)


def test_the_myopic_teacher_weighs_the_last_step_most() -> None:
    # Same sum; gamma .9: 1 * .81 = .81 against 1 * 1.
    assert asked(SyntheticTeacher(gamma=0.9), a_clip(1, 0, 0), a_clip(0, 0, 1)) is SECOND
    # 1 * .81 + 0 + 0 = .81 against 0 + 0 + .8: just the first; with .85 the second.
    assert asked(SyntheticTeacher(gamma=0.9), a_clip(1, 0, 0), a_clip(0, 0, 0.80)) is FIRST
    assert asked(SyntheticTeacher(gamma=0.9), a_clip(1, 0, 0), a_clip(0, 0, 0.85)) is SECOND


def test_a_mistaken_teacher_flips_its_answers_at_the_rate_that_was_set() -> None:
    n = 4000
    teacher = SyntheticTeacher(mistake=0.1, seed=1)
    assert within(1 - share_of_first(teacher, a_clip(1), a_clip(0), n), 0.1, n)
    assert asked(SyntheticTeacher(mistake=1.0), a_clip(1), a_clip(0)) is SECOND
    assert asked(SyntheticTeacher(mistake=1.0), a_clip(1), a_clip(1)) is TIE


@pytest.mark.parametrize("difference", [-3.0, -1.0, -0.25, 0.25, 1.0, 3.0])
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_a_stochastic_teacher_follows_the_sigmoid(beta: float, difference: float) -> None:
    n = 2000
    share = share_of_first(SyntheticTeacher(beta=beta, seed=2), a_clip(difference), a_clip(0.0), n)
    assert within(share, 1 / (1 + math.exp(-beta * difference)), n)


def test_beta_zero_is_a_coin_and_a_huge_beta_an_oracle() -> None:
    assert within(
        share_of_first(SyntheticTeacher(beta=0, seed=3), a_clip(9), a_clip(0), 2000), 0.5, 2000
    )
    assert share_of_first(SyntheticTeacher(beta=1e9, seed=3), a_clip(9), a_clip(0), 100) == 1.0


def test_a_stochastic_choice_is_made_on_the_myopic_returns() -> None:
    # gamma .5: 4 * .25 = 1 against 0: P = sigmoid(1) = .731, not sigmoid(4) = .982.
    share = share_of_first(
        SyntheticTeacher(beta=1, gamma=0.5, seed=4), a_clip(4, 0, 0), a_clip(0, 0, 0), 2000
    )
    assert within(share, 0.7311, 2000)


def test_skip_and_equal_follow_the_definition_while_returns_are_positive() -> None:
    # R = 100, T = 50, H = 2: an average clip returns 100 * 2 / 50 = 4; a tenth of it is 0.4.
    def teacher(**shares: Any) -> SyntheticTeacher:
        return after(SyntheticTeacher(**shares), (90.0, 50), (110.0, 50))

    assert asked(teacher(skip=0.1), a_clip(0.2, 0.19), a_clip(0.1, 0.1)) is None
    assert asked(teacher(skip=0.1), a_clip(0.2, 0.21), a_clip(0.1, 0.1)) is FIRST
    assert asked(teacher(equal=0.1), a_clip(1.0, 0.39), a_clip(1.0, 0.0)) is TIE
    assert asked(teacher(equal=0.1), a_clip(1.0, 0.41), a_clip(1.0, 0.0)) is FIRST


def test_the_share_enters_once_in_later_rounds_too() -> None:
    # Rounds 1, 2, 3 with mean returns 100, 200, 400 over 10 episodes of 50 steps: the tenth of an
    # average clip of one step is .2, .4, .8 (applied twice it would be .02, .04, .08).
    teacher = SyntheticTeacher(equal=0.1)
    for mean, threshold in ((100.0, 0.2), (200.0, 0.4), (400.0, 0.8)):
        after(teacher, *[(mean, 50)] * 10)
        assert asked(teacher, a_clip(threshold - 0.01), a_clip(0)) is TIE
        assert asked(teacher, a_clip(threshold + 0.01), a_clip(0)) is FIRST


def test_equal_stands_over_the_choice_and_over_mistakes() -> None:
    teacher = after(SyntheticTeacher(equal=0.1, mistake=1.0, beta=0.0, gamma=0.5), (100.0, 10))
    assert asked(teacher, a_clip(0, 1.9), a_clip(1, 0)) is TIE  # |1.9 - 1| < .1 * 100 * 2 / 10 = 2


def test_skip_comes_before_equal() -> None:
    teacher = after(SyntheticTeacher(skip=0.1, equal=0.1), (100.0, 10))
    assert asked(teacher, a_clip(0.5), a_clip(0.5)) is None


def test_nothing_is_skipped_without_skip_even_where_returns_are_zero() -> None:
    assert asked(after(SyntheticTeacher(), (100.0, 10)), a_clip(0), a_clip(0)) is TIE


def test_negative_returns_are_measured_by_the_spread_of_the_clips_shown() -> None:
    # 101 clips return -100, -99, .., 0: 5 % and 95 % quantiles -95 and -5, a tenth of the
    # spread 9; skip counts from -95, so pairs up to -86 are skipped. Two more clips, of -50 and
    # about -50, shift neither quantile by more than .1.
    def teacher(**shares: Any) -> SyntheticTeacher:
        shown = after(SyntheticTeacher(**shares), (-1000.0, 10))
        returns = np.arange(-100.0, 1.0)
        for first, second in zip(returns[:50], returns[51:], strict=True):
            asked(shown, a_clip(first), a_clip(second))
        asked(shown, a_clip(-50.0), a_clip(-50.0))
        return shown

    assert asked(teacher(equal=0.1), a_clip(-50), a_clip(-58.5)) is TIE
    assert asked(teacher(equal=0.1), a_clip(-50), a_clip(-59.5)) is FIRST
    assert asked(teacher(skip=0.1), a_clip(-90), a_clip(-87)) is None
    assert asked(teacher(skip=0.1), a_clip(-90), a_clip(-85)) is SECOND


TEACHERS: list[Callable[[], SyntheticTeacher]] = [
    SyntheticTeacher,
    lambda: SyntheticTeacher(mistake=0.3, seed=5),
    lambda: SyntheticTeacher(beta=1.0, seed=5),
    lambda: SyntheticTeacher(gamma=0.5),
    lambda: after(SyntheticTeacher(skip=0.3), (20.0, 10)),
    lambda: after(SyntheticTeacher(equal=0.3), (20.0, 10)),
    lambda: SyntheticTeacher(beta=0.5, gamma=0.9, mistake=0.2, skip=0.1, equal=0.1, seed=6),
]
REWARDS = st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3)


@pytest.mark.parametrize("make", TEACHERS)
@given(first=REWARDS, second=REWARDS)
@settings(max_examples=50, deadline=None)
def test_swapped_clips_get_the_swapped_answer(
    make: Callable[[], SyntheticTeacher], first: list[float], second: list[float]
) -> None:
    one = asked(make(), a_clip(*first), a_clip(*second))
    other = asked(make(), a_clip(*second), a_clip(*first))
    assert one is (None if other is None else other.swapped)


@pytest.mark.parametrize("make", TEACHERS)
def test_identical_clips_tie(make: Callable[[], SyntheticTeacher]) -> None:
    assert asked(make(), a_clip(1, 2, 3), a_clip(1, 2, 3)) in (
        (TIE, None) if make().skip else (TIE,)
    )


def test_the_state_continues_the_same_answers() -> None:
    def answers(teacher: SyntheticTeacher) -> list[Any]:
        return [asked(teacher, a_clip(0.5, i % 3), a_clip(1.0, 0.0)) for i in range(50)]

    teacher = after(SyntheticTeacher(beta=1.0, equal=0.1, seed=7), (-20.0, 10))
    answers(teacher)
    saved = json.loads(json.dumps(teacher.state()))
    resumed = SyntheticTeacher(beta=1.0, equal=0.1)
    resumed.load_state(saved)
    assert answers(teacher) == answers(resumed)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"beta": -1.0}, "beta must be at least 0"),
        ({"beta": math.nan}, "beta must be at least 0"),
        ({"gamma": 0.0}, "gamma must be more than 0, but is 0.0"),
        ({"mistake": 1.5}, "mistake must be at most 1, but is 1.5"),
        ({"skip": -0.1}, "skip must be at least 0, but is -0.1"),
        ({"equal": math.inf}, "equal must be finite, but is inf"),
    ],
)
def test_numbers_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SyntheticTeacher(**settings)


def test_clips_without_a_finite_true_reward_are_refused() -> None:
    with pytest.raises(ValueError, match="true rewards that are not finite"):
        asked(SyntheticTeacher(), a_clip(math.nan), a_clip(0))


def seen(*observations: float) -> Clip:
    """A clip whose steps all earn the same."""
    return a_clip(*[-1] * len(observations), observations=np.array(observations)[:, None])


def height(observations: Any, actions: Array) -> Array:
    return np.asarray(observations[:, 0], dtype=np.float32)


def test_a_score_decides_where_the_true_rewards_tie() -> None:
    low, high = seen(0, 1, 2), seen(0, 2, 1.2)
    assert asked(SyntheticTeacher(), low, high) is TIE
    assert asked(SyntheticTeacher(score=height), low, high) is SECOND
    assert asked(SyntheticTeacher(score=height, gamma=0.5), low, high) is FIRST


def test_a_score_is_measured_by_the_spread_of_the_clips_not_by_true_returns() -> None:
    teacher = after(SyntheticTeacher(score=height, equal=0.1), (1000.0, 10))
    for low in range(0, 100, 2):
        asked(teacher, seen(low), seen(low + 1))
    assert asked(teacher, seen(50), seen(55)) is TIE
    assert asked(teacher, seen(50), seen(65)) is SECOND


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (lambda observations, actions: np.float32(1), r"each of the 2 steps.*shape \(\) with 0"),
        (lambda observations, actions: np.zeros(3), r"shape \(3,\)"),
        (lambda observations, actions: np.array([1, np.nan]), "1 numbers that are not finite"),
    ],
)
def test_a_score_that_is_not_one_finite_number_a_step_is_refused(
    score: Score, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        asked(SyntheticTeacher(score=score), seen(1, 2), seen(2, 1))
