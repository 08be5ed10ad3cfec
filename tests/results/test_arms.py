import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_rows import rows_of
from run_folders import full_run

from rlhf_gym.benchmark.suite import suite_of
from rlhf_gym.results.arms import ARMS, BENCHMARK_ARMS, ORACLE, arm_named, arm_of
from rlhf_gym.results.cells import cells_of
from rlhf_gym.results.row import Row
from rlhf_gym.results.run_folders import rows_of_runs
from rlhf_gym.teachers import SyntheticTeacher


def test_names_are_unique_and_their_order_is_that_of_the_table() -> None:
    names = [arm.name for arm in ARMS]
    assert len(set(names)) == len(names)
    assert sorted(names, key=lambda name: arm_of(name).order) == names


def test_a_teacher_with_several_faults_is_sorted_after_its_first_one() -> None:
    order = ["skip", "skip equal", "stochastic", "bc"]
    assert sorted(order, key=lambda name: arm_of(name).order) == order


def test_the_oracle_is_the_synthetic_teacher_without_arguments() -> None:
    parameters = inspect.signature(SyntheticTeacher.__init__).parameters
    assert {name: parameters[name].default for name in ORACLE} == ORACLE


def test_each_faulty_teacher_differs_from_the_oracle_in_one_setting() -> None:
    faulty = [arm for arm in BENCHMARK_ARMS if arm.teacher and not (arm.taught or arm.shuffled)]
    assert len(faulty) == len(ORACLE)
    assert all(len(arm.teacher) == 1 and arm.teacher.keys() <= ORACLE.keys() for arm in faulty)


def test_a_window_is_no_arm_of_a_benchmark_but_who_stands_for_a_person_is() -> None:
    with pytest.raises(ValueError, match="there is no arm 'window'"):
        arm_named("window")
    assert arm_named("person").teacher == {"teacher": "person"}


def test_the_old_name_of_the_stochastic_teacher_is_read_in_suites() -> None:
    (grid,) = suite_of('environments = ["CartPole-v1"]\narms = ["stoc"]', "mine").grids
    assert grid.arms == ("stochastic",)


def test_the_old_name_of_the_stochastic_teacher_is_read_in_rows() -> None:
    table = json.loads(Row("CartPole-v1", "ppo", "stochastic", 8, 0, seed=0).to_json())
    assert Row.from_table({**table, "arm": "stoc"}).arm == "stochastic"


def test_a_benchmark_and_a_single_run_of_one_teacher_are_in_one_cell(tmp_path: Path) -> None:
    run = full_run(tmp_path / "run")
    config = (run / "config.toml").read_text()
    (run / "config.toml").write_text(f"beta = 1.0\n{config}")
    (single,) = rows_of_runs([run])
    (row,) = rows_of("Pendulum-v1", "stoc", [0.5], labels=50)
    benchmarked = Row.from_table(json.loads(replace(row, seed=2).to_json()))
    cells, _ = cells_of([single, benchmarked])
    assert [(cell.arm, len(cell.rows)) for cell in cells] == [("stochastic", 2)]


@pytest.mark.parametrize("name", ["true", "random", "bc", "gail", "airl"])
def test_settings_of_labelling_do_not_matter_where_nobody_answers(name: str) -> None:
    settings = {"seed": "1", "labels": "5", "repeats": "0.1", "reward_model.members": "3"}
    assert arm_of(name).relevant_settings(settings) == {"seed": "1"}


@pytest.mark.parametrize(
    "name", ["learned", "window", "person", "shuffled", "shuffled person", "skip equal"]
)
def test_all_settings_matter_where_somebody_answers(name: str) -> None:
    settings = {"seed": "1", "labels": "5", "reward_model.members": "3"}
    assert arm_of(name).relevant_settings(settings) == settings
