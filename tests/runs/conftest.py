"""A run that tests of a module share."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import a_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "pendulum"
    told = a_run(folder, video_seconds=0.2)
    assert told[0] == f"run folder: {folder}" and len(told) == 3  # and two evaluations
    return folder
