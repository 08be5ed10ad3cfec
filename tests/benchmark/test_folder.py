"""Results folders: nothing that was run is lost, or run again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from plans import tiny

from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.benchmark.perform import RunOutcome, failed
from rlhf_gym.benchmark.plan import Plan, Run
from rlhf_gym.runs.versions import installed_versions


def outcome_of(run: Run, value: float = 1.0) -> RunOutcome:
    return RunOutcome(
        replace(run.row, returns=(value, value), steps=10, seconds=2.0), curve="a,b\n"
    )


@pytest.fixture
def plan() -> Plan:
    return tiny()


@pytest.fixture
def folder(tmp_path: Path, plan: Plan) -> ResultsFolder:
    folder = ResultsFolder(tmp_path / "results")
    with folder.held():
        folder.begin(plan)
    return folder


def test_what_was_added_is_not_missing(folder: ResultsFolder, plan: Plan) -> None:
    for run in plan.runs[:2]:
        folder.add(run, outcome_of(run))
    again = ResultsFolder(folder.path)
    assert again.missing(plan) == list(plan.runs[2:])
    assert [row.mean_return for row in again.rows()] == [1.0, 1.0]
    assert (folder.path / again.rows()[1].curve).read_text() == "a,b\n"


def test_a_failed_run_is_run_again_only_when_asked(folder: ResultsFolder, plan: Plan) -> None:
    run = plan.runs[0]
    folder.add(run, failed(run, "ValueError: no", "Traceback ..."))
    assert run not in folder.missing(plan)
    assert run in folder.missing(plan, retry=True)
    assert "Traceback" in (folder.path / "errors" / f"{run.name}.txt").read_text()
    folder.add(run, outcome_of(run))
    assert [row.status for row in folder.rows()] == ["done"]


def test_a_half_written_line_costs_only_its_own_run(folder: ResultsFolder, plan: Plan) -> None:
    first, second, third = plan.runs[:3]
    folder.add(first, outcome_of(first))
    folder.add(second, outcome_of(second))
    lines = folder.path / "runs.jsonl"
    lines.write_bytes(lines.read_bytes()[:-30])
    folder.add(third, outcome_of(third))
    assert [row.arm for row in folder.rows()] == [first.arm, third.arm]
    assert second in folder.missing(plan)


def test_a_line_that_is_no_text_costs_only_its_own_run(folder: ResultsFolder, plan: Plan) -> None:
    folder.add(plan.runs[0], outcome_of(plan.runs[0]))
    with (folder.path / "runs.jsonl").open("ab") as lines:
        lines.write(b'{"env_id": "\xff\xfe\n')
    folder.add(plan.runs[1], outcome_of(plan.runs[1]))
    assert folder.missing(plan) == list(plan.runs[2:])


def test_finished_runs_of_other_versions_are_told(folder: ResultsFolder, plan: Plan) -> None:
    now = installed_versions()
    other = {**now, "torch": "0.1", "platform": "a toaster"}
    for run, used in zip(plan.runs, (now, {}, other, {**other, "torch": "0.2"}), strict=False):
        outcome = outcome_of(run)
        folder.add(run, replace(outcome, row=replace(outcome.row, versions=used)))
    assert folder.other_versions() == (
        f"of 4 finished runs, 2 used torch 0.1 and 0.2 (now {now['torch']}): they are kept; "
        "give another --out to keep new runs apart"
    )


def test_the_same_versions_are_not_worth_a_word(folder: ResultsFolder, plan: Plan) -> None:
    outcome = outcome_of(plan.runs[0])
    same = {**installed_versions(), "platform": "a toaster"}
    folder.add(plan.runs[0], replace(outcome, row=replace(outcome.row, versions=same)))
    assert folder.other_versions() == ""


def test_a_setting_that_a_row_is_too_old_to_have_is_taken_for_its_default(
    folder: ResultsFolder, plan: Plan
) -> None:
    (run,) = [run for run in plan.runs if run.arm == "learned" and run.settings.seed == 0]
    outcome = outcome_of(run)
    settings = json.loads(json.dumps(outcome.row.settings))
    del settings["reward_model"]["dropout"], settings["beta"], settings["last_label"]
    folder.add(run, replace(outcome, row=replace(outcome.row, settings=settings)))
    assert run not in folder.missing(plan)


def test_runs_with_other_settings_are_not_mixed(folder: ResultsFolder, plan: Plan) -> None:
    folder.add(plan.runs[1], outcome_of(plan.runs[1]))
    other = tiny(settings={"steps": 5000})
    with pytest.raises(ValueError, match=r"with other settings \(.*steps.*give another --out"):
        folder.missing(other)


@pytest.mark.parametrize(
    ("name", "value", "arms"),
    [("first_share", 0.5, {"learned"}), ("steps", 5000, {"learned", "true"})],
)
def test_a_run_is_refused_only_for_a_setting_that_its_arm_heeds(
    folder: ResultsFolder, plan: Plan, name: str, value: float, arms: set[str]
) -> None:
    refused = set()
    for run in tiny(settings={**plan.suite.grids[0].settings, name: value}, seeds=1).runs:
        lone = ResultsFolder(folder.path / run.arm)
        with lone.held():
            lone.begin(plan)
        known = next(it for it in plan.runs if it.name == run.name)
        lone.add(known, outcome_of(known))
        try:
            lone.missing(replace(plan, runs=(run,)))
        except ValueError:
            refused.add(run.arm)
    assert refused == arms


def test_rows_of_another_version_are_refused(folder: ResultsFolder, plan: Plan) -> None:
    folder.add(plan.runs[0], outcome_of(plan.runs[0]))
    lines = folder.path / "runs.jsonl"
    lines.write_text(lines.read_text().replace('"arm":', '"way":'))
    with pytest.raises(ValueError, match="written by another version of rlhf-gym"):
        folder.rows()


def test_two_benchmarks_do_not_share_a_folder(folder: ResultsFolder) -> None:
    with folder.held(), pytest.raises(ValueError, match="another benchmark is running"):
        with ResultsFolder(folder.path).held():
            pass


def test_the_tables_have_every_setting_and_version(folder: ResultsFolder, plan: Plan) -> None:
    pandas = pytest.importorskip("pandas")
    for run in plan.runs:
        folder.add(run, outcome_of(run, value=3.5))
    folder.write_tables()
    with (folder.path / "runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and rows[1]["settings.steps"] == "2500"
    assert float(rows[0]["mean_return"]) == 3.5 and rows[0]["steps_per_second"] == "5.0"
    table = pandas.read_parquet(folder.path / "runs.parquet")
    assert list(table["settings.n_envs"]) == [4] * 6 and table["mean_return"].mean() == 3.5
