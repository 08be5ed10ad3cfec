from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_rows import rows_of, with_curves

from rlhf_gym.results.cells import Cell, cells_of
from rlhf_gym.results.curves import Against, Band, band, read_curves
from rlhf_gym.results.row import Row


def band_of(rows: list[Row], folder: Path, against: Against) -> Band:
    found = band(cell_of(rows), read_curves(rows, folder), against)
    assert found is not None
    return found


def cell_of(rows: list[Row]) -> Cell:
    ((cell,), _) = cells_of(rows)
    return cell


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    """Three runs whose returns rise evenly from 20 to 260, 380 and 500."""
    made = rows_of("CartPole-v1", "learned", [0.5, 0.75, 1.0], labels=60, steps=1000)
    return with_curves(made, tmp_path / "results")


def test_median_and_quartiles_against_steps(rows: list[Row], tmp_path: Path) -> None:
    found = band_of(rows, tmp_path / "results", "steps")
    assert (found.x[0], found.x[-1]) == (50, 1000)
    assert (found.low[-1], found.middle[-1], found.high[-1]) == (320, 380, 440)


def test_labels_are_the_axis_that_they_cost(rows: list[Row], tmp_path: Path) -> None:
    found = band_of(rows, tmp_path / "results", "labels")
    assert (found.x[0], found.x[-1]) == (3, 60)


def test_a_label_costs_4_seconds_or_what_it_cost_the_person(
    rows: list[Row], tmp_path: Path
) -> None:
    assert band_of(rows, tmp_path / "results", "minutes").x[-1] == pytest.approx(4.0)
    slow = [replace(row, human_seconds=600.0, labels_given=60) for row in rows]
    assert band_of(slow, tmp_path / "results", "minutes").x[-1] == pytest.approx(10.0)


def test_the_last_return_at_a_number_of_labels_counts(tmp_path: Path) -> None:
    (row,) = rows_of("CartPole-v1", "learned", [1.0], labels=20, curve="a.csv")
    lines = ["time/total_timesteps,rollout/ep_rew_mean,feedback/labels"]
    lines += ["100,20,10", "200,30,20", "300,70,20", "400,90,20"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    found = band_of([row], tmp_path, "labels")
    assert (found.x[-1], found.middle[-1]) == (20, 90)
    assert np.all(np.diff(found.x) > 0)


def test_labels_that_were_all_given_before_training_make_one_point(tmp_path: Path) -> None:
    (row,) = rows_of("CartPole-v1", "learned", [1.0], labels=20, curve="a.csv")
    lines = ["time/total_timesteps,rollout/ep_rew_mean,feedback/labels", "100,20,20", "400,90,20"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    found = band_of([row], tmp_path, "labels")
    assert (found.x.tolist(), found.middle.tolist()) == ([20], [90])


@pytest.mark.parametrize("content", ["", "time/total_timesteps\n100\n", "half a li"])
def test_a_curve_without_returns_has_no_band(content: str, tmp_path: Path) -> None:
    (row,) = rows_of("CartPole-v1", "learned", [1.0], labels=20, curve="a.csv")
    (tmp_path / "a.csv").write_text(content)
    assert band(cell_of([row]), read_curves([row], tmp_path), "steps") is None


def test_a_curve_that_is_gone_is_left_out(tmp_path: Path) -> None:
    (row,) = rows_of("CartPole-v1", "learned", [1.0], labels=20, curve="gone.csv")
    assert read_curves([row], tmp_path) == {}
    assert band(cell_of([row]), {}, "steps") is None


def test_a_curve_outside_of_the_results_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "secret.csv").write_text("time/total_timesteps,rollout/ep_rew_mean\n1,2\n")
    (row,) = rows_of("CartPole-v1", "learned", [1.0], labels=20)
    names = ("../secret.csv", str(tmp_path / "secret.csv"))
    rows = [replace(row, curve=name) for name in names]
    assert len(read_curves(rows, Path())) == 1  # a run that was named
    assert read_curves(rows, tmp_path / "results") == {}
