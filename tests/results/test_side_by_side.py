from dataclasses import replace

import pytest
from made_rows import arms_of, rows_of

from rlhf_gym.results.row import Row
from rlhf_gym.results.side_by_side import Comparison, compare


def series_of(comparison: Comparison, arm: str) -> list[tuple[str, list[tuple[str, int]]]]:
    """Name and cells of each series of an arm."""
    return [
        (series.name, [(cell.env_id, cell.labels) for cell in series.cells])
        for series in comparison.series
        if series.arm == arm
    ]


def learned(env_id: str, *counts: int) -> list[Row]:
    return [row for n in counts for row in rows_of(env_id, "learned", [0.5, 0.6, 0.7], labels=n)]


def test_equal_numbers_of_labels_go_together_where_one_environment_has_them_all() -> None:
    found = compare(learned("CartPole-v1", 50, 200) + learned("Pendulum-v1", 50))
    assert series_of(found, "learned") == [
        ("learned, 200 labels", [("CartPole-v1", 200)]),
        ("learned, 50 labels", [("CartPole-v1", 50), ("Pendulum-v1", 50)]),
    ]


def test_otherwise_the_most_labels_of_each_environment_go_together() -> None:
    found = compare(learned("CartPole-v1", 100) + learned("Pendulum-v1", 25, 50))
    assert series_of(found, "learned") == [
        ("learned, 50 to 100 labels", [("CartPole-v1", 100), ("Pendulum-v1", 50)]),
        ("learned, 25 labels", [("Pendulum-v1", 25)]),
    ]


def test_a_series_is_the_interquartile_mean_over_environments() -> None:
    rows = arms_of("CartPole-v1") + arms_of("Pendulum-v1")
    (series,) = [series for series in compare(rows).series if series.arm == "learned"]
    # 2 x (.96, .97, .98, .99, 1.00), two left out at either end
    assert series.estimate.value == pytest.approx(0.98)
    assert series.estimate.low < 0.98 < series.estimate.high
    assert series.runs == 10


def test_what_is_taught_is_held_against_the_other_arms() -> None:
    found = compare(arms_of("CartPole-v1")).improvements
    assert [(each.x.arm, each.y.arm) for each in found] == [
        ("learned", "true"),
        ("learned", "shuffled"),
        ("learned", "random"),
    ]
    # true: .98, 1, 1, 1, 1.02 against .96 to 1.00: .98 ties once and loses to .99 and 1;
    # 1.00 ties three times
    assert found[0].estimate.value == pytest.approx((0.5 + 1 + 1 + 3 * 0.5) / 25)
    assert found[1].estimate.value == 1.0


def test_algorithms_are_compared_with_as_many_labels() -> None:
    rows = learned("CartPole-v1", 50, 200)
    rows += [replace(row, algo="dqn") for row in learned("CartPole-v1", 50)]
    between = [each for each in compare(rows).improvements if each.x.algo != each.y.algo]
    assert [(each.x.title, each.y.title) for each in between] == [
        ("DQN learned, 50 labels", "PPO learned, 50 labels")
    ]


def test_fewer_than_three_runs_a_side_give_no_probability_of_improvement() -> None:
    few = rows_of("CartPole-v1", "learned", [1.0, 1.0], labels=50)
    many = rows_of("CartPole-v1", "true", [0.2, 0.3, 0.4])
    assert compare(few + many).improvements == ()
    more = rows_of("CartPole-v1", "learned", [1.0, 1.0, 1.0], labels=50)
    (found,) = compare(more + many).improvements
    assert (found.environments, found.estimate.value) == (1, 1.0)


def test_labels_needed_come_from_cells_with_several_numbers() -> None:
    rows = arms_of("CartPole-v1", labels=400)
    rows += rows_of("CartPole-v1", "learned", [0.8, 0.8], labels=100)
    (found,) = compare(rows).efficiencies
    assert [cell.labels for cell in found.cells] == [100, 400]
    assert found.needed == pytest.approx(100 * 4 ** (0.1 / 0.18), rel=1e-3)


@pytest.mark.parametrize(
    ("last", "accuracy", "collapsed"),
    [
        (0.3, 0.9, True),
        (0.3, 0.7, False),  # the reward model had said so
        (0.3, float("nan"), False),
        (0.55, 0.9, False),  # worse, and yet half of the way
    ],
)
def test_a_run_far_below_the_others_has_collapsed_if_its_reward_model_is_accurate(
    last: float, accuracy: float, collapsed: bool
) -> None:
    rows = [row for row in arms_of("CartPole-v1") if row.arm != "learned"]
    scores = [1.0, 0.98, 1.0, last]
    rows += rows_of("CartPole-v1", "learned", scores, labels=50, accuracy=accuracy)
    found = [row.seed for _, row in compare(rows).collapsed]
    assert found == ([3] if collapsed else [])


def test_without_a_score_the_range_is_that_of_the_runs() -> None:
    rows = rows_of("CartPole-v1", "learned", [1.0, 0.98, 1.0, 0.1], labels=50, accuracy=0.9)
    assert [row.seed for _, row in compare(rows).collapsed] == [3]
    close = rows_of("CartPole-v1", "learned", [1.0, 1.0, 1.0, 0.99], labels=50, accuracy=0.9)
    assert not compare(close).collapsed


def test_no_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="no runs to compare"):
        compare([])
