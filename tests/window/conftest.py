"""A run folder with real drawn clips, and people whom nobody knows yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_runs import MakeRun, run_with


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin with people whom nobody knows yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes a run folder with as many open queries as asked for."""
    return lambda queries: run_with(tmp_path / "run", queries)
