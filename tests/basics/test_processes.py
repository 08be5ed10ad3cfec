"""Processes that are kept alive, and those that end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rlhf_gym.basics import processes
from rlhf_gym.basics.processes import KeptProcess, lives, when_parent_dies

NOTED = """
import os, sys, time
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
exit_code = int(sys.argv[2])
while exit_code < 0: time.sleep(0.01)
sys.exit(exit_code)
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noted.py").write_text(NOTED)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(processes, "WATCH_SECONDS", 0.01)


def started(file: Path, count: int) -> list[int]:
    end = time.monotonic() + 60
    while not file.exists() or len(file.read_text().splitlines()) < count:
        assert time.monotonic() < end
        time.sleep(0.01)
    return [int(line) for line in file.read_text().splitlines()]


def test_a_process_that_is_killed_is_started_again_until_it_is_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log"
    kept = KeptProcess("the noted", "noted", str(file), "-1")
    os.kill(started(file, 1)[0], signal.SIGKILL)
    first, second = started(file, 2)
    assert kept.alive and kept.pid == second != first
    kept.end()
    assert not kept.alive and not kept.given_up and not lives(second)
    said = capsys.readouterr().err
    assert said == "the noted died (exit code -9) and is started again\n"


@pytest.mark.parametrize(("exit_code", "times", "given_up"), [(0, 1, False), (3, 4, True)])
def test_one_that_ends_by_itself_is_over_and_one_that_always_dies_is_given_up(
    exit_code: int, times: int, given_up: bool, tmp_path: Path
) -> None:
    kept = KeptProcess("the noted", "noted", str(tmp_path / "log"), str(exit_code))
    assert len(started(tmp_path / "log", times)) == times
    kept._keeper.join(60)
    assert (kept.alive, kept.given_up) == (False, given_up)
    kept.end()


def test_what_is_to_happen_when_the_parent_dies_happens_also_if_it_is_dead_by_now() -> None:
    happened = threading.Event()
    when_parent_dies(os.getppid(), lambda: pytest.fail("the parent lives"))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    when_parent_dies(dead.pid, happened.set)
    assert happened.wait(60)
