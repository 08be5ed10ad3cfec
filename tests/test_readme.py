"""The readme tells what the committed results say."""

from __future__ import annotations

from pathlib import Path

from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.comparison.comparison import compare
from rlhf_gym.comparison.tables import overview

ROOT = Path(__file__).parents[1]


def test_the_comparison_is_that_of_the_committed_results() -> None:
    rows = ResultsFolder(ROOT / "docs" / "results" / "classic").rows()
    assert rows and all(row.status == "done" for row in rows)
    assert overview(compare(rows)).markdown() in (ROOT / "README.md").read_text(encoding="utf-8")
