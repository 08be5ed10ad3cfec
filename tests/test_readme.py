"""The readme and the presets tell what the committed results say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from rlhf_gym.algorithms.presets import presets_of
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.comparison.comparison import compare
from rlhf_gym.comparison.tables import overview

ROOT = Path(__file__).parents[1]
CLASSIC = ROOT / "docs" / "results" / "classic"


def test_the_comparison_is_that_of_the_committed_results() -> None:
    rows = ResultsFolder(CLASSIC).rows()
    assert rows and all(row.status == "done" for row in rows)
    assert overview(compare(rows)).markdown() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_preset_tells_the_returns_of_its_committed_runs() -> None:
    returns: dict[tuple[str, str, str, int], list[float]] = {}
    for row in ResultsFolder(CLASSIC).rows():
        cell = returns.setdefault((row.env_id, row.algo, row.arm, row.labels), [])
        cell.append(float(np.mean(row.returns)))
    for env_id, algo in {(env_id, algo) for env_id, algo, *_ in returns if algo}:
        preset = presets_of(env_id)[algo]
        learned, shuffled, true = (
            returns[env_id, algo, arm, labels]
            for arm, labels in (
                ("learned", preset.labels),
                ("shuffled", preset.labels),
                ("true", 0),
            )
        )
        told = re.findall(r"-?\d+\.?\d*", preset.measured)
        medians = [float(np.median(cell)) for cell in (learned, shuffled, true)]
        worst = min(learned)
        found = [medians[0], len(learned), worst, preset.labels, *medians[1:]]
        decimals = [len(number.partition(".")[2]) for number in told]
        rounded = [f"{value:.{places}f}" for value, places in zip(found, decimals, strict=True)]
        assert told == rounded, f"{env_id}, {algo}"
