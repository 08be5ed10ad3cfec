"""Queries: scores worked out by hand, choices that never crash, budgets spent exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from builders import a_buffer
from hypothesis import given
from hypothesis import strategies as st
from stepping import add, steps

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array, leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.step_notes import noted
from rlhf_gym.feedback.query import Query
from rlhf_gym.queries import candidates
from rlhf_gym.queries.candidates import Candidates, PredictReturns, summary
from rlhf_gym.queries.choosing import NOTHING, choose_queries
from rlhf_gym.queries.schedule import check_schedule, label_target
from rlhf_gym.queries.strategies import (
    STRATEGIES,
    Scores,
    Strategy,
    entropy_of_preference,
    k_centre,
    variance_of_preference,
)

target = partial(label_target, first_share=0.25, last_label=0.7)


def episodes_of(episodes: int, clip_length: int = 2) -> ClipBuffer:
    """Each episode is one clip of two steps, which show (and earn) the number of the episode."""
    space = gym.spaces.Box(0, 100, (1,))
    buffer = a_buffer(clip_length, observed=space)
    for number in range(episodes):
        for last in (False, True):
            add(buffer, np.array([[number]]), np.zeros(1), np.array([number]), np.array([last]))
    return buffer


def all_chosen(*args: Any, **how: Any) -> list[Query]:
    return list(choose_queries(*args, **how))


def number(clip: Clip) -> int:
    return int(leaves(clip.observations)[0][0, 0])


def pairs(queries: list[Query]) -> list[tuple[int, int]]:
    return [(number(query.clips[0]), number(query.clips[1])) for query in queries]


def returns_of(*members: Callable[[Any], Any]) -> PredictReturns:
    """An ensemble whose members are functions of the number that a clip shows."""
    return lambda transitions, mask: np.stack(
        [member(np.asarray(transitions.observations)[:, 0, 0]) for member in members]
    )


# --- scores


def test_disagreement_is_the_variance_of_the_predicted_preference() -> None:
    log3 = math.log(3)  # sigmoid(log 3) = 3/4
    difference = np.array([[log3, 0.0, log3], [-log3, 0.0, log3], [0.0, 0.0, 0.0]])
    # columns: 3/4, 1/4, 1/2 -> 1/24; all 1/2 -> 0; 3/4, 3/4, 1/2 -> 1/72
    np.testing.assert_allclose(variance_of_preference(difference), [1 / 24, 0, 1 / 72])


def test_one_member_never_disagrees() -> None:
    assert variance_of_preference(np.array([[3.0, -7.0]])).tolist() == [0.0, 0.0]


def test_entropy_is_that_of_the_mean_preference() -> None:
    log3 = math.log(3)
    difference = np.array([[log3, log3], [log3, -log3]])
    three_to_one = 0.75 * math.log(4 / 3) + 0.25 * math.log(4)
    np.testing.assert_allclose(entropy_of_preference(difference), [three_to_one, math.log(2)])


@pytest.mark.parametrize("far", [50.0, 1e9])
def test_scores_of_far_apart_returns_are_finite(far: float) -> None:
    difference = np.array([[far, -far, far], [far, -far, -far]], np.float32)
    np.testing.assert_allclose(entropy_of_preference(difference), [0, 0, math.log(2)], atol=1e-9)
    np.testing.assert_allclose(variance_of_preference(difference), [0, 0, 0.25], atol=1e-9)


def test_k_centre_goes_to_the_farthest_row_each_time() -> None:
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [10.0, 0.0], [0.0, 6.0]])
    assert k_centre(rows, 3).tolist() == [0, 2, 3]
    assert k_centre(rows, 10).tolist() == [0, 2, 3, 1]
    assert k_centre(rows, 0).tolist() == []


def test_k_centre_chooses_no_row_twice_even_if_all_are_equal() -> None:
    assert sorted(k_centre(np.zeros((4, 2)), 4).tolist()) == [0, 1, 2, 3]


def test_the_summary_of_a_clip_is_its_standardised_mean_step() -> None:
    observations = {"x": np.array([[[0.0], [2.0]], [[4.0], [2.0]]])}
    # mean steps 1 and 3, so -1 and 1 standardised; the action is the same everywhere
    np.testing.assert_allclose(summary(steps(observations, np.ones((2, 2)))), [[-1, 0], [1, 0]])


def test_the_summary_of_images_is_short() -> None:
    observations = np.zeros((3, 2, 84, 84, 4), np.uint8)  # every 111th of 28 224 bytes is taken
    assert summary(steps(observations, np.zeros((3, 2)))).shape == (3, 255 + 1)


# --- choices


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_queries_are_pairs_of_different_clips_and_none_is_there_twice(strategy: Strategy) -> None:
    predict = returns_of(lambda x: x, lambda x: -x)
    queries = all_chosen(
        episodes_of(6), 8, np.random.default_rng(0), strategy=strategy, predict_returns=predict
    )
    assert len(queries) == 8
    assert all(first != second for first, second in pairs(queries))
    assert len({frozenset(pair) for pair in pairs(queries)}) == 8
    assert {query.strategy for query in queries} == {strategy}


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize(("episodes", "most"), [(0, 0), (1, 0), (2, 1), (3, 3)])
def test_a_small_buffer_gives_fewer_queries(
    strategy: Strategy, learned: bool, episodes: int, most: int
) -> None:
    predict = returns_of(lambda x: x, lambda x: -x) if learned else None
    queries = all_chosen(
        episodes_of(episodes),
        5,
        np.random.default_rng(0),
        strategy=strategy,
        predict_returns=predict,
    )
    assert len(queries) == most


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_queries_are_chosen_if_none_are_wanted(strategy: Strategy) -> None:
    predict = returns_of(lambda x: x)
    rng = np.random.default_rng(0)
    assert not all_chosen(episodes_of(9), 0, rng, strategy=strategy, predict_returns=predict)


def test_disagreement_chooses_the_pairs_on_which_the_members_differ_most() -> None:
    # the members agree on all clips but 7, which one finds far better and one far worse
    predict = returns_of(lambda x: 20.0 * (x == 7), lambda x: -20.0 * (x == 7))
    queries = all_chosen(
        episodes_of(20),
        4,
        np.random.default_rng(0),
        predict_returns=predict,
        strategy="disagreement",
    )
    assert all(7 in pair for pair in pairs(queries))
    assert [query.score for query in queries] == pytest.approx([0.25] * 4)


def test_entropy_chooses_the_pairs_that_seem_equal() -> None:
    predict = returns_of(lambda x: 9.0 * (x // 2))  # clips 0 and 1, 2 and 3, ... seem equal
    queries = all_chosen(
        episodes_of(8), 20, np.random.default_rng(0), strategy="entropy", predict_returns=predict
    )
    equal = [first // 2 == second // 2 for first, second in pairs(queries)]
    assert equal == [True] * 4 + [False] * 16
    assert queries[0].score == pytest.approx(math.log(2))


def test_the_best_come_first() -> None:
    predict = returns_of(lambda x: 0.1 * x, lambda x: -0.1 * x)
    queries = all_chosen(
        episodes_of(9),
        6,
        np.random.default_rng(0),
        predict_returns=predict,
        strategy="disagreement",
    )
    scores = [query.score for query in queries]
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]


def test_diverse_queries_spread_over_what_was_seen() -> None:
    space = gym.spaces.Box(0, 100, (1,))
    buffer = a_buffer(1, observed=space)
    rng = np.random.default_rng(0)
    rare = 3
    for step in range(300):  # nearly all clips look the same
        shown = 50.0 if step < rare else rng.random()
        add(buffer, np.array([[shown]]), np.zeros(1), np.zeros(1), np.array([True]))

    def found(strategy: Strategy) -> int:
        queries = all_chosen(buffer, 12, np.random.default_rng(1), strategy=strategy)
        return sum(50 in pair for pair in pairs(queries))

    assert found("diverse") > found("uniform")


def test_many_clips_are_described_and_predicted_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    buffer, asked = episodes_of(30), list[int]()

    def predict(transitions: Transitions, mask: Array) -> Any:
        asked.append(len(mask))
        return returns_of(lambda seen: seen, lambda seen: -seen)(transitions, mask)

    def chosen() -> list[tuple[int, int]]:
        rng = np.random.default_rng(0)
        found = all_chosen(buffer, 8, rng, strategy="diverse", predict_returns=predict)
        return pairs(found)

    at_once = chosen()
    clip = 2 * (4 + 8 + 1 + 1)  # two steps: what is seen and done, terminated, absorbing
    monkeypatch.setattr(candidates, "AT_ONCE", 10 * clip)
    assert max(asked) > 10 and chosen() == at_once
    assert max(asked[2:]) == 10 and sum(asked[2:]) == sum(asked[:2])


def test_before_anything_is_learned_pairs_are_uniform_or_spread() -> None:
    rng = np.random.default_rng(0)
    for asked, chosen in (("disagreement", "uniform"), ("diverse", "diverse")):
        strategy: Any = asked
        queries = all_chosen(episodes_of(9), 3, rng, strategy=strategy)
        assert {query.strategy for query in queries} == {chosen}
        assert {query.score for query in queries} == {0.0}


def test_one_clip_of_a_pair_is_recent_and_every_other_pair_looks_back() -> None:
    space = gym.spaces.Box(0, 1e6, (1,))
    buffer = a_buffer(1, observed=space)
    for step in range(20_000):
        shown = np.array([[float(step)]])
        add(buffer, shown, np.zeros(1), np.zeros(1), np.array([True]))
    queries = all_chosen(buffer, 400, np.random.default_rng(0), strategy="uniform")
    old = [sum(step < 20_000 - 4096 for step in pair) for pair in pairs(queries)]
    assert set(old) == {0, 1}
    assert 120 < sum(old) < 200  # half of the pairs look back, four fifths of them that far


def test_with_only_absorbing_steps_lately_clips_are_taken_from_before() -> None:
    space = gym.spaces.Box(0, 1e6, (1,))
    buffer = a_buffer(1, observed=space)
    for step in range(10_000):
        info: list[dict[str, object]] = [noted({}, absorbing=step >= 4000)]
        add(buffer, np.array([[float(step)]]), np.zeros(1), np.zeros(1), np.zeros(1, bool), info)
    queries = all_chosen(buffer, 5, np.random.default_rng(0), strategy="disagreement")
    assert len(queries) == 5


def test_the_same_random_numbers_give_the_same_queries() -> None:
    predict = returns_of(lambda x: x, lambda x: -x)

    def chosen(seed: int, strategy: Strategy) -> list[tuple[tuple[int, int], int]]:
        queries = all_chosen(
            episodes_of(30),
            10,
            np.random.default_rng(seed),
            strategy=strategy,
            predict_returns=predict,
        )
        return list(zip(pairs(queries), (query.left for query in queries), strict=True))

    for strategy in STRATEGIES:
        assert chosen(0, strategy) == chosen(0, strategy)
        assert chosen(0, strategy) != chosen(1, strategy)


def test_the_side_is_drawn_at_random_and_the_round_is_noted() -> None:
    queries = all_chosen(
        episodes_of(60), 200, np.random.default_rng(0), round=3, strategy="disagreement"
    )
    assert 60 < sum(query.left for query in queries) < 140
    assert {query.round for query in queries} == {3}


def test_only_drawable_clips_are_chosen_when_asked() -> None:
    buffer = episodes_of(5)
    assert not all_chosen(
        buffer, 3, np.random.default_rng(0), drawable=True, strategy="disagreement"
    )
    for shown in (90, 91):
        for last in (False, True):
            add(
                buffer,
                np.array([[shown]]),
                np.zeros(1),
                np.zeros(1),
                np.array([last]),
                [{} if last else noted({}, snapshot=b"s")],
            )
    (query,) = all_chosen(
        buffer, 3, np.random.default_rng(0), drawable=True, strategy="disagreement"
    )
    assert set(pairs([query])[0]) == {90, 91}


def test_an_unknown_strategy_is_refused_with_those_there_are() -> None:
    unknown: Any = "random"
    with pytest.raises(
        ValueError, match="uniform, disagreement, entropy, diverse or a function, but is 'random'"
    ):
        all_chosen(episodes_of(3), 1, np.random.default_rng(0), strategy=unknown)


# --- budgets


def test_the_hyperbolic_schedule_is_christianos() -> None:
    # labels after the first 25: 75 ln(1 + 10 p) / ln 11, so 21.7 at p = 0.1 and 56.04 at p = 0.5
    assert target("hyperbolic", 100, 0.1 * 0.7) == 25 + 22
    assert target("hyperbolic", 100, 0.5 * 0.7) == 25 + 57
    assert target("hyperbolic", 100, 0.7) == 100


def test_the_constant_schedule_is_a_straight_line() -> None:
    points = [0, 0.2 * 0.7, 0.9 * 0.7, 0.7]
    targets = [target("constant", 100, point, first_share=0.5) for point in points]
    assert targets == [50, 60, 95, 100]


@pytest.mark.parametrize("schedule", ["constant", "hyperbolic"])
def test_the_last_label_is_asked_for_when_it_shall_be(schedule: Any) -> None:
    targets = [target(schedule, 100, p, last_label=0.95) for p in (0.7, 0.9, 0.95)]
    assert targets[0] < targets[1] < targets[2] == 100


@given(
    st.sampled_from(["hyperbolic", "constant", math.sqrt]),
    st.integers(1, 2000),
    st.floats(0.01, 1),
    st.lists(st.floats(0, 1), min_size=2),
)
def test_every_budget_starts_with_its_share_never_falls_and_is_spent_exactly(
    schedule: Any, labels: int, first_share: float, points: list[float]
) -> None:
    targets = [target(schedule, labels, p, first_share=first_share) for p in sorted(points)]
    assert targets == sorted(targets)
    assert all(0 <= target <= labels for target in targets)
    assert target(schedule, labels, 1.0, first_share=first_share) == labels
    first = target(schedule, labels, 0.0, first_share=first_share)
    assert first == (0 if callable(schedule) else math.ceil(labels * first_share - 1e-9))


def test_progress_outside_of_training_counts_as_its_ends() -> None:
    assert target("constant", 100, -0.5) == 25
    assert target("constant", 100, 1.5) == 100


def test_a_function_says_which_share_is_wanted() -> None:
    assert target(lambda progress: progress**2, 100, 0.5) == 25


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match=r"gave .* at 0.5; it must be within \[0, 1\]"):
        target(lambda _: share, 100, 0.5)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("linear", "'hyperbolic', 'constant' or a function, but is 'linear'"),
        (lambda progress: 1 - progress, "must not decrease"),
        (lambda progress: 1.1 * progress, r"within \[0, 1\]"),
        (lambda progress: -1.0 if 0.6 < progress < 0.7 else 0.5, r"within \[0, 1\]"),
    ],
)
def test_a_bad_schedule_is_refused_before_training(schedule: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_schedule(schedule)


def test_good_schedules_pass() -> None:
    check_schedule("hyperbolic")
    check_schedule("constant")
    check_schedule(lambda progress: progress**0.5)


def test_where_terminal_states_are_valued_a_share_of_the_clips_is_compared_with_nothing() -> None:
    space = gym.spaces.Box(0, 1000, (1,))
    buffer = a_buffer(2, observed=space, valued_terminals=True)
    for step in range(900):
        at = step % 30
        info: dict[str, object] = (
            noted({}, ended="terminated") if at == 27 else noted({}, absorbing=at > 27)
        )
        done = np.array([at == 29])
        add(buffer, np.array([[step]]), np.zeros(1), np.zeros(1), done, [info])
    queries = all_chosen(buffer, 300, np.random.default_rng(0), strategy="uniform")
    nothing = [number(query.clips[1]) % 30 == 28 for query in queries]
    assert np.mean(nothing) == pytest.approx(NOTHING, abs=0.1)
    assert all(number(query.clips[0]) % 30 < 28 for query in queries)


def test_a_function_may_choose_and_its_queries_carry_its_name() -> None:
    def highest(candidates: Candidates) -> Any:
        return np.asarray(candidates.clips[0].transitions.observations)[:, 0, 0]

    queries = all_chosen(episodes_of(30), 5, np.random.default_rng(0), strategy=highest)
    scores = [query.score for query in queries]
    assert scores == sorted(scores, reverse=True) == [number(q.clips[0]) for q in queries]
    assert {query.strategy for query in queries} == {"highest"}


def test_a_function_may_choose_a_set() -> None:
    def last(candidates: Candidates) -> Scores:
        return Scores(np.ones(len(candidates)), np.arange(len(candidates))[::-1])

    rng, again = np.random.default_rng(0), np.random.default_rng(0)
    first_to_last = all_chosen(episodes_of(9), 90, rng, strategy="uniform")
    last_to_first = all_chosen(episodes_of(9), 90, again, strategy=last)
    assert pairs(last_to_first) == pairs(first_to_last)[::-1]
    assert {query.score for query in last_to_first} == {1.0}


# --- for a person


def lasting(episodes: int = 30) -> ClipBuffer:
    """Each episode is one clip of 10 steps, of which all but the first 1, 2, ... are absorbing."""
    buffer = a_buffer(10)
    for number in range(episodes):
        for step in range(10):
            ends = "terminated" if step == number % 10 else None
            info = noted({}, ended=ends, absorbing=step > number % 10)
            add(buffer, np.zeros((1, 1)), np.zeros(1), np.zeros(1), np.array([step == 9]), [info])
    return buffer


@pytest.mark.parametrize("learned", [None, returns_of(lambda x: x, lambda x: -x)])
def test_a_persons_first_pairs_are_of_clips_that_differ(learned: PredictReturns | None) -> None:
    def gaps(**how: Any) -> list[int]:
        rng = np.random.default_rng(0)
        ask = partial(choose_queries, lasting(), 20, rng, strategy="disagreement")
        chosen = ask(predict_returns=learned, **how)
        live = [[int((~c.transitions.absorbing).sum()) for c in q.clips] for q in chosen]
        return [abs(first - second) for first, second in live]

    usual, unlike = gaps(), gaps(unlike=True)
    assert (min(usual), min(unlike)) == (1, 3)
