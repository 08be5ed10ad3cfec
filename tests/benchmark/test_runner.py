"""`rlhf-gym benchmark`: interrupted, gone on with, and refused."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from plans import TINY
from waiting import PATIENCE, wait_for

from rlhf_gym.benchmark.engines import Watch
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.benchmark.perform import RunOutcome
from rlhf_gym.benchmark.plan import Run, plan_of
from rlhf_gym.benchmark.runner import run_benchmark
from rlhf_gym.benchmark.suite import read_suite
from rlhf_gym.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.toml"
    file.write_text(TINY)
    return file


def test_a_benchmark_that_is_interrupted_goes_on_where_it_was(
    suite: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "results"
    command = [sys.executable, "-m", "rlhf_gym.cli.main", "benchmark", str(suite)]
    command += ["--out", str(out), "--processes", "1", "--no-progress"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = out / "runs.jsonl"
    wait_for(lambda: lines.exists() and lines.read_text().count("\n") > 1, started)
    started.send_signal(signal.SIGINT)
    said, _ = started.communicate(timeout=PATIENCE)
    assert started.returncode == 1 and b"Traceback" not in said, said.decode()
    before = ResultsFolder(out).rows()
    assert 2 <= len(before) < 6
    assert f"stopped with {len(before)} of 6 runs; to go on: rlhf-gym benchmark" in said.decode()
    assert len((out / "runs.csv").read_text().splitlines()) == 1 + len(before)
    assert (out / "report.html").exists()

    assert main(["benchmark", str(suite), "--out", str(out), "--json"]) == 0
    told = capsys.readouterr()
    assert f"{len(before)} of 6 runs are there already" in told.err
    assert len(json.loads(told.out)["cells"]) == 3
    after = ResultsFolder(out).rows()
    assert len(after) == 6 and after[: len(before)] == before
    assert {path.name for path in out.iterdir()} >= {
        "runs.csv",
        "runs.jsonl",
        "suite.toml",
        "report.html",
        "tables.md",
    }


def test_a_dry_run_lists_the_runs_and_does_none(
    suite: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["benchmark", str(suite), "--dry-run", "--seeds", "1"]) == 0
    said = capsys.readouterr().out
    assert "CartPole-v1-ppo-learned-8labels-seed0  2,500 steps" in said
    assert said.endswith("3 runs, 7,500 steps\n")
    assert not (tmp_path / "benchmarks").exists()


def test_a_dry_run_checks_what_a_run_checks(suite: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "results"
    listed = ["benchmark", str(suite), "--out", str(out), "--dry-run"]
    assert main([*listed, "--processes", "-1"]) == 1
    assert "processes must be at least 1" in capsys.readouterr().err
    suite.write_text(TINY + "clip_seconds = 60.0\n")
    assert main(listed) == 1
    assert "longer than an episode of CartPole-v1" in capsys.readouterr().err
    suite.write_text(TINY)
    ended_long_ago(suite, out)
    suite.write_text(TINY.replace("2500", "5000"))
    assert main(listed) == 1
    assert "with other settings (steps)" in capsys.readouterr().err


def ended_long_ago(suite: Path, out: Path) -> str:
    """Write the row of a run on the true reward, as with an old torch; gives the run's name."""
    out.mkdir()
    run = next(run for run in plan_of(read_suite(str(suite))).runs if run.arm == "true")
    row = replace(run.row, returns=(1.0,), versions={"torch": "0.1"})
    ResultsFolder(out).add(run, RunOutcome(row))
    return run.name


def nothing_runs(runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, RunOutcome]]:
    return iter(())


def test_runs_of_other_versions_are_told_once_and_only_where_more_are_run(
    suite: Path, tmp_path: Path
) -> None:
    out, plan = tmp_path / "results", plan_of(read_suite(str(suite)))
    known = ended_long_ago(suite, out)
    told: list[str] = []
    run_benchmark(plan, out, nothing_runs, progress=False, log=told.append)
    assert told[0] == "1 of 6 runs are there already"
    assert told[1].startswith("of 1 finished runs, 1 used torch 0.1 (now ") and len(told) == 2
    told.clear()
    alone = replace(plan, runs=tuple(run for run in plan.runs if run.name == known))
    run_benchmark(alone, out, nothing_runs, progress=False, log=told.append)
    assert told == ["1 of 1 runs are there already"]


def test_a_folder_is_not_begun_where_the_engine_does_not_answer(
    suite: Path, tmp_path: Path
) -> None:
    def silent(runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, RunOutcome]]:
        raise ValueError("no Ray cluster answers")

    out = tmp_path / "results"
    with pytest.raises(ValueError, match="no Ray cluster answers"):
        run_benchmark(plan_of(read_suite(str(suite))), out, silent, progress=False)
    assert not (out / "suite.toml").exists()


def test_a_clip_that_does_not_fit_is_refused_before_the_first_run(
    suite: Path, tmp_path: Path, capsys: Capture
) -> None:
    suite.write_text(TINY + "clip_seconds = 60.0\n")
    assert main(["benchmark", str(suite), "--out", str(tmp_path / "results")]) == 1
    assert "longer than an episode of CartPole-v1" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seeds", "0"], "seeds must be at least 1"),
        (["--processes", "-1"], "processes must be at least 1"),
        (["--address", "auto"], "give --engine ray as well"),
        (["--engine", "ray", "--address", "127.0.0.1:1"], "nothing answers at the Ray address"),
    ],
)
def test_what_cannot_work_is_refused_before_a_folder_is_made(
    flags: list[str], message: str, suite: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "results"
    assert main(["benchmark", str(suite), "--out", str(out), *flags]) == 1
    said = capsys.readouterr().err
    assert re.search(message, said) and "Traceback" not in said
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_said(
    suite: Path, tmp_path: Path, capsys: Capture
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert main(["benchmark", str(suite), "--out", str(taken)]) == 1
    said = capsys.readouterr().err
    assert "taken" in said and "Traceback" not in said
    assert os.path.isfile(taken)
