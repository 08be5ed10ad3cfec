"""`rlhf-gym benchmark`: interrupted, gone on with, and refused."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plans import TINY

from rlhf_gym.benchmark.folder import ResultsFolder
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
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (
        lines.exists() and lines.read_text().count("\n") > 1
    ):
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    said, _ = started.communicate(timeout=60)
    assert started.returncode == 1 and b"Traceback" not in said, said.decode()
    before = ResultsFolder(out).rows()
    assert 2 <= len(before) < 6

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
