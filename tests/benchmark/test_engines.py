"""Engines: real runs in real processes, some of which die."""

from __future__ import annotations

import benchmark_environments  # noqa: F401
import pytest
from plans import Seen, tiny, what_counts

from rlhf_gym.benchmark.engines import LocalEngine
from rlhf_gym.benchmark.perform import RunOutcome, perform
from rlhf_gym.benchmark.plan import Run


def results_of(processes: int, runs: tuple[Run, ...]) -> tuple[dict[str, RunOutcome], Seen]:
    seen = Seen()
    engine = LocalEngine(processes)
    return {run.name: outcome for run, outcome in engine(runs, seen)}, seen


def test_processes_give_what_one_process_gives() -> None:
    runs = tiny(seeds=1).runs
    here = what_counts({run.name: perform(run) for run in runs})
    outcomes, seen = results_of(2, runs)
    assert what_counts(outcomes) == here
    assert sorted(seen.names) == sorted(here)
    assert all(seen.steps[name] <= 2600 for name in seen.steps)


def test_a_run_that_raises_is_a_row_with_its_error() -> None:
    runs = tiny(environments=("benchmark_environments:Raising-v0", "CartPole-v1"), seeds=1).runs
    outcomes, _ = results_of(1, runs)
    failed = [outcome for outcome in outcomes.values() if outcome.row.status == "failed"]
    assert {outcome.row.arm for outcome in failed} == {"true", "learned"}
    assert all(outcome.row.error == "RuntimeError: the cart is broken" for outcome in failed)
    assert all("Traceback" in outcome.log and outcome.row.versions for outcome in failed)
    assert sum(outcome.row.status == "done" for outcome in outcomes.values()) >= 3


def test_a_process_that_is_killed_takes_down_its_own_run_only() -> None:
    runs = tiny(
        environments=("benchmark_environments:Deadly-v0", "CartPole-v1"), arms=("true",)
    ).runs
    outcomes, _ = results_of(2, runs)
    errors = {name: outcome.row.error for name, outcome in outcomes.items()}
    deadly = {name for name in errors if "Deadly" in name}
    assert len(outcomes) == 4 and len(deadly) == 2
    assert all("ended by SIGKILL" in errors[name] for name in deadly)
    assert all(errors[name] == "" for name in errors if name not in deadly)


def test_no_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="processes must be at least 1, but is 0"):
        LocalEngine(0)
