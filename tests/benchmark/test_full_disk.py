"""A full disk stops a benchmark with advice, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_disks import run_on

PROGRAM = """
import sys
from pathlib import Path
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.cli.main import main

if __name__ == "__main__":
    disk = Path(sys.argv[1])
    suite = disk / "tiny.toml"
    lines = ['environments = ["CartPole-v1"]', 'arms = ["random"]', "seeds = 40"]
    suite.write_text("\\n".join([*lines, "evaluation_episodes = 5"]))
    given = ["benchmark", str(suite), "--out", str(disk / "results"), "--processes", "1"]
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(2**21 - 40_960))
    assert main([*given, "--no-progress"]) == 1
    before = ResultsFolder(disk / "results").rows()
    assert 0 < len(before) < 40, len(before)
    ballast.unlink()
    assert main([*given, "--no-progress"]) == 0
    after = ResultsFolder(disk / "results").rows()
    assert after[: len(before)] == before and len(after) == 40
"""


@pytest.mark.slow
def test_a_full_disk_stops_a_benchmark_which_then_goes_on(disk: Path) -> None:
    done = run_on(disk, PROGRAM, disk)
    assert done.returncode == 0, done.stderr
    assert "free some space" in done.stderr and "Traceback" not in done.stderr
