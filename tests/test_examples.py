"""The examples run, with few steps."""

from __future__ import annotations

import runpy
import sys
import warnings
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
FLAGS = {"label_in_window": ["--teacher", "synthetic", "--labels", "8"]}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = FLAGS.get(path.stem, [])
    monkeypatch.setattr(sys, "argv", [str(path), "--steps", "2000", *flags])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runpy.run_path(str(path), run_name="__main__")
    assert "comparisons" in (shown := capsys.readouterr().out) or "labels" in shown


def test_there_are_five_examples_of_at_most_sixty_lines_that_say_how_to_run_them() -> None:
    assert len(EXAMPLES) >= 5
    for path in EXAMPLES:
        text = path.read_text()
        assert len(text.splitlines()) <= 60
        assert f"Run it: python examples/{path.name}" in text
