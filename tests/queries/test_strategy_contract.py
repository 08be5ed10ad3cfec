"""The contract of query strategies: ours keep it, and what breaks it is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rlhf_gym.queries import STRATEGIES, Candidates, Scores, check_strategy
from rlhf_gym.queries.contract import sample_candidates
from rlhf_gym.queries.strategies import variance_of_preference


@pytest.mark.parametrize("name", STRATEGIES)
def test_our_strategies_keep_the_contract(name: Any) -> None:
    check_strategy(name)


def test_a_function_keeps_it_too() -> None:
    check_strategy(lambda candidates: candidates.rng.random(len(candidates)))
    check_strategy(lambda candidates: Scores(candidates.features[:, 0]))
    check_strategy(lambda candidates: list(range(len(candidates))))  # type: ignore[arg-type,return-value]


def test_candidates_hold_what_a_strategy_may_want() -> None:
    candidates = sample_candidates(pairs=6, members=3, n=2, length=5)
    assert (len(candidates), candidates.n, candidates.learned) == (6, 2, True)
    first, second = candidates.clips
    assert np.asarray(first.transitions.observations).shape == (6, 5, 4)
    assert first.mask.shape == (6, 5) and second.mask.all()
    assert candidates.features.shape == (6, 2 * (4 + 1))  # observations and action, of two clips
    assert candidates.returns.shape == (2, 3, 6)
    difference = candidates.returns[0] - candidates.returns[1]
    np.testing.assert_array_equal(candidates.return_difference, difference)


def test_nothing_is_computed_before_it_is_wanted() -> None:
    asked: list[int] = []
    candidates = sample_candidates(pairs=4, members=2)
    predict = candidates._predict_returns
    assert predict is not None

    def counted(*arguments: Any) -> Any:
        asked.append(1)
        return predict(*arguments)

    candidates._predict_returns = counted
    assert len(candidates) == 4 and candidates.features.shape[0] == 4 and not asked
    for _ in range(2):
        variance_of_preference(candidates.return_difference)
    assert len(asked) == 2  # one for the first clips, one for the second


def test_before_the_first_round_there_are_no_learned_returns() -> None:
    candidates = sample_candidates(pairs=4, members=0)
    assert not candidates.learned
    with pytest.raises(ValueError, match="nothing is learned before the first round"):
        candidates.return_difference  # noqa: B018


def overwritten(candidates: Candidates) -> Any:
    candidates.features[:] = 0
    return np.zeros(len(candidates))


def twice(candidates: Candidates) -> Any:
    return Scores(np.zeros(len(candidates)), np.zeros(candidates.n, int))


def few(candidates: Candidates) -> Any:
    return Scores(np.zeros(len(candidates)), np.arange(min(1, len(candidates))))


counter = iter(range(10**6))


@pytest.mark.parametrize(
    ("strategy", "error", "message"),
    [
        (lambda candidates: np.zeros(3), ValueError, "a score for each of 1 pairs, but gave .3,."),
        (lambda candidates: np.full(len(candidates), np.nan), ValueError, "that is NaN"),
        (twice, ValueError, "must choose among pairs 0 to 0, each once, but chose .0, 0"),
        (few, AssertionError, "must choose 4 of 2 pairs, or all if there are fewer, but chose 1"),
        (overwritten, AssertionError, "must not change the candidates"),
        (
            lambda candidates: np.arange(len(candidates)) + next(counter),
            AssertionError,
            "must give the same for the same candidates",
        ),
        ("divers", ValueError, "but is 'divers' .did you mean diverse"),
    ],
)
def test_what_breaks_it_is_found(strategy: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_strategy(strategy)
