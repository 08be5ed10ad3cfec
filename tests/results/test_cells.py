import json
import math
from dataclasses import replace

import numpy as np
import pytest
from made_rows import arms_of, rows_of

from rlhf_gym.results.cells import Cell, cells_of
from rlhf_gym.results.row import Row

PLACE = ("CartPole-v1", "ppo")


def cell_of(rows: list[Row], arm: str, algo: str = "ppo") -> Cell:
    cells, _ = cells_of(rows)
    (found,) = [cell for cell in cells if (cell.arm, cell.algo) == (arm, algo)]
    return found


def test_seeds_make_a_cell_in_their_order() -> None:
    rows = rows_of("CartPole-v1", "learned", [0.2, 0.5, 0.9], labels=50)
    cells, _ = cells_of(rows[::-1] + [replace(rows[0], labels=100)])
    assert [(cell.labels, len(cell.rows)) for cell in cells] == [(100, 1), (50, 3)]
    assert [row.seed for row in cells[1].rows] == [0, 1, 2]


def test_runs_of_other_lengths_are_no_seeds_of_each_other() -> None:
    rows = [
        replace(row, steps=102_400, settings={"steps": 100_000})  # rollouts are whole
        for row in rows_of("CartPole-v1", "learned", [0.2, 0.5, 0.9], labels=50)
    ]
    rows[1] = replace(rows[1], steps=10, settings={"steps": 10})
    failed = replace(rows[0], returns=(), steps=0, seed=9)
    cells, _ = cells_of([*rows, failed])
    assert [(len(cell.rows), cell.failed, cell.name) for cell in cells] == [
        (2, 1, "learned, 50 labels, 100,000 steps"),
        (1, 0, "learned, 50 labels, 10 steps"),
    ]
    (alike,) = cells_of([rows[0], rows[2], failed])[0]
    assert alike.name == "learned, 50 labels"
    (elsewhere,) = rows_of("Pendulum-v1", "learned", [0.5], labels=50, steps=7000)
    named = {cell.env_id: cell.name for cell in cells_of([*rows, elsewhere])[0]}
    assert named["Pendulum-v1"] == "learned, 50 labels, 7,000 steps"


def test_every_arm_of_a_place_names_its_steps_where_they_differ_anywhere_in_it() -> None:
    made = ((40, 12_000, "learned"), (45, 20_000, "window"), (100, 100_000, "learned"))
    rows = [
        row
        for labels, steps, arm in made
        for row in rows_of("CartPole-v1", arm, [0.5], labels=labels, steps=steps)
    ]
    rows += rows_of("CartPole-v1", "random", [0.0]) + rows_of("Pendulum-v1", "equal", [0.5])
    assert [cell.name for cell in cells_of(rows)[0]] == [
        "learned, 100 labels, 100,000 steps",
        "learned, 40 labels, 12,000 steps",
        "window, up to 45 labels, 20,000 steps",
        "random",
        "equal",
    ]


def test_scores_are_measured_by_the_longest_runs_with_the_true_reward() -> None:
    rows = rows_of("CartPole-v1", "random", [0.0]) + rows_of("CartPole-v1", "true", [0.1, 1.0])
    short, long = (replace(row, steps=steps) for row, steps in zip(rows[1:], (9, 99), strict=True))
    cells, _ = cells_of([rows[0], short, long])
    assert {cell.scale.one for cell in cells if cell.scale} == {500.0}


def test_rows_of_an_arm_that_was_renamed_meet_in_one_cell() -> None:
    (row,) = rows_of("CartPole-v1", "stochastic", [0.5], labels=50)
    old = Row.from_table(json.loads(row.to_json().replace('"stochastic"', '"stoc"')))
    cells, _ = cells_of([row, replace(old, seed=1)])
    assert [(cell.arm, len(cell.rows)) for cell in cells] == [("stochastic", 2)]


def test_a_score_is_0_for_random_and_1_for_the_true_reward() -> None:
    rows = arms_of("CartPole-v1")
    assert cell_of(rows, "random").values.mean() == pytest.approx(0, abs=1e-9)
    assert np.median(cell_of(rows, "true").values) == pytest.approx(1)
    assert cell_of(rows, "learned").estimate.value == pytest.approx(0.98, abs=1e-3)


def test_the_random_policy_stands_beside_every_algorithm() -> None:
    rows = arms_of("CartPole-v1") + [r for r in arms_of("CartPole-v1", algo="dqn") if r.algo]
    cells, unscored = cells_of(rows)
    assert [cell.algo for cell in cells if cell.arm == "random"] == ["dqn", "ppo"]
    assert not unscored


def test_each_algorithm_is_measured_by_its_own_true_reward() -> None:
    weak = [
        replace(row, returns=(260.0,)) for row in rows_of("CartPole-v1", "true", [1], algo="dqn")
    ]
    rows = [*arms_of("CartPole-v1"), *weak]
    assert cell_of(rows, "true", "dqn").values.tolist() == [1.0]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("random", "there is no run of the random policy"),
        ("true", "there is no run with the true reward"),
    ],
)
def test_without_either_end_there_is_no_score(missing: str, reason: str) -> None:
    rows = [row for row in arms_of("CartPole-v1") if row.arm != missing]
    cells, unscored = cells_of(rows)
    assert unscored == {PLACE: reason}
    assert all(cell.scale is None for cell in cells)
    assert cell_of(rows, "learned").estimate.value == pytest.approx(490.4, abs=1)


def test_runs_of_an_end_that_all_failed_are_none() -> None:
    rows = [
        replace(row, returns=()) if row.arm == "true" else row for row in arms_of("CartPole-v1")
    ]
    assert cells_of(rows)[1] == {PLACE: "there is no finished run with the true reward"}


@pytest.mark.parametrize("score", [0.0, 0.002, -0.5])
def test_an_agent_that_did_not_learn_gives_no_scale(score: float) -> None:
    rows = rows_of("CartPole-v1", "random", [0.0, 0.0]) + rows_of("CartPole-v1", "true", [score])
    assert "hardly better than the random policy" in cells_of(rows)[1][PLACE]


def test_a_gain_within_the_spread_of_random_episodes_gives_no_scale() -> None:
    (random,) = rows_of("CartPole-v1", "random", [0.0])
    random = replace(random, returns=(10.0, 30.0))
    rows = [random, *rows_of("CartPole-v1", "true", [0.02])]  # 9.6 better, deviation 10
    assert cells_of(rows)[1]


def test_failed_runs_and_returns_that_are_not_finite_are_counted_and_left_out() -> None:
    rows = rows_of("CartPole-v1", "learned", [0.5, math.nan, 0.7], labels=50)
    rows[0] = replace(rows[0], status="failed", returns=(), error="no memory")
    cell = cell_of(rows, "learned")
    assert (len(cell.rows), cell.failed) == (1, 2)
    assert cell.estimate.value == pytest.approx(356)
    assert math.isnan(cell.estimate.low)


def test_the_arms_come_in_the_order_in_which_they_are_read() -> None:
    names = ["random", "bc", "mistake", "shuffled", "person", "window", "learned", "true"]
    rows = [row for name in names for row in rows_of("CartPole-v1", name, [0.5])]
    arms = [cell.arm for cell in cells_of(rows)[0]]
    assert arms == ["true", "learned", "window", "person", "shuffled", "mistake", "bc", "random"]
