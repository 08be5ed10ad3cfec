from dataclasses import replace

from made_rows import arms_of, rows_of

from rlhf_gym.basics.text_table import TextTable
from rlhf_gym.reports.comparison import tables
from rlhf_gym.results.side_by_side import compare


def test_the_overview_has_arms_across_and_tells_where_labels_vary() -> None:
    rows = arms_of("CartPole-v1", labels=100) + arms_of("Pendulum-v1", labels=50)
    table = tables.overview(compare(rows))
    assert table.header == (
        "environment",
        "algorithm",
        "true",
        "learned, 50 to 100 labels",
        "shuffled, 50 to 100 labels",
        "random",
    )
    assert [row[:2] for row in table.rows] == [("CartPole-v1", "PPO"), ("Pendulum-v1", "PPO")]
    assert table.rows[0][3] == "0.98 [0.96, 1.00] (100)"
    assert table.rows[1][2].startswith("1.00 [")


def test_what_is_no_score_is_marked() -> None:
    rows = rows_of("CartPole-v1", "learned", [0.0, 1.0], labels=8)
    assert tables.overview(compare(rows)).rows == (("CartPole-v1", "PPO", "260 return"),)


def test_runs_are_named() -> None:
    row = rows_of("CartPole-v1", "learned", [0.5], labels=8, labels_given=7, steps=100)[0]
    found = tables.runs(compare([replace(row, curve="/runs/a"), replace(row, seed=1)])).rows
    assert found == (
        ("a", "CartPole-v1 PPO learned, 8 labels", "0", "100", "7", "260"),
        ("CartPole-v1 PPO learned, 8 labels (seed 1)", "CartPole-v1 PPO learned, 8 labels")
        + ("1", "100", "7", "260"),
    )


def test_runs_and_cells_have_their_return_before_training() -> None:
    rows = rows_of("CartPole-v1", "learned", [0.0, 0.5], labels=8)  # returns of 20 and 260
    rows = [replace(row, curve=f"/runs/{row.seed}") for row in rows]
    found = tables.runs(compare(rows, {"/runs/0": 22.0}))
    assert found.header[-2:] == ("before", "after")
    assert [row[-2:] for row in found.rows] == [("22.0", "20.0"), ("\N{EN DASH}", "260")]
    cells = tables.by_cell(compare(rows, {"/runs/0": 22.0, "/runs/1": 24.0}))
    assert dict(zip(cells.header, cells.rows[0], strict=True))["before, median"] == "23.0"


def test_an_arm_that_an_environment_lacks_is_empty_and_one_that_failed_says_so() -> None:
    failed = [replace(row, returns=()) for row in rows_of("Pendulum-v1", "bc", [0.0])]
    rows = rows_of("CartPole-v1", "learned", [0.5], labels=8) + failed
    assert [row[2:] for row in tables.overview(compare(rows)).rows] == [
        ("260 return", ""),
        ("", "failed"),
    ]


def test_every_cell_names_its_worst_seed_and_how_many_failed() -> None:
    rows = arms_of("CartPole-v1")
    rows.append(replace(rows[-1], seed=9, returns=(), error="no memory"))
    shuffled = next(row for row in tables.by_cell(compare(rows)).rows if "shuffled" in row[2])
    assert shuffled[4:] == ("44.0", "−4", "5 (1 failed)")


def test_wall_time_is_told_beside_the_true_reward() -> None:
    rows = [
        replace(row, seconds=30.0) if row.arm == "learned" else row
        for row in arms_of("CartPole-v1")
    ]
    (found,) = [row for row in tables.speeds(compare(rows)).rows if "learned" in row[2]]
    assert found[3:] == ("30 s", "1.50", "19 s", "1,667")


def test_speed_is_told_over_environments() -> None:
    rows = [
        replace(row, seconds=40.0) if (row.env_id, row.arm) == ("Pendulum-v1", "learned") else row
        for row in arms_of("CartPole-v1") + arms_of("Pendulum-v1")
    ]
    (found,) = [row for row in tables.speeds_over_all(compare(rows)).rows if "learned" in row[1]]
    assert found[2:] == ("1.50", "1,875", "2")


def test_columns_in_which_nothing_is_known_are_left_out() -> None:
    rows = [replace(row, cpu_seconds=0.0) for row in arms_of("CartPole-v1") if row.arm != "true"]
    assert tables.speeds(compare(rows)).header == (
        "environment",
        "algorithm",
        "arm",
        "wall time",
        "steps/s",
    )


def test_labels_needed_are_told_as_far_as_they_are_known() -> None:
    def needed(few: float, many: float) -> str:
        rows = [row for row in arms_of("CartPole-v1") if row.arm != "learned"]
        for labels, score in ((25, few), (100, many)):
            rows += rows_of("CartPole-v1", "learned", [score], labels=labels)
        (row,) = tables.efficiencies(compare(rows)).rows
        return row[-1]

    assert needed(0.5, 0.8) == "more than 100"
    assert needed(0.95, 1.0) == "25 or fewer"
    assert needed(0.8, 1.0) == "about 50"


def test_markdown_survives_any_text() -> None:
    table = TextTable(("run", "error"), (("a", "x | y\nz"),))
    assert table.markdown().splitlines()[-1] == "| a | x \\| y z |"
