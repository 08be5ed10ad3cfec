"""Write a comparison: an HTML file that needs no network, tables as Markdown, and numbers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rlhf_gym.reports.comparison.markdown import markdown
from rlhf_gym.reports.comparison.page import render_page
from rlhf_gym.reports.comparison.verdict import judge
from rlhf_gym.reports.comparison.writing import run_name, run_names
from rlhf_gym.reports.html import Verdict, write, write_numbers
from rlhf_gym.results.cells import Cell
from rlhf_gym.results.curves import read_curves
from rlhf_gym.results.side_by_side import Comparison

__all__ = ["build_comparison"]


def build_comparison(
    comparison: Comparison, folder: Path, out: Path | None = None, *, command: str = ""
) -> Path:
    """Write the report of a comparison, its tables and its numbers.

    Args:
        comparison: of the runs.
        folder: the folder to which the paths of curves are relative.
        out: the HTML file, with tables and numbers next to it in files that end in ``.md`` and
            ``.json``; by default ``report.html``, ``tables.md`` and ``report.json`` in the folder.
        command: the command that made the results, to be shown.

    Returns:
        The HTML file.
    """
    verdict = judge(comparison)
    page = folder / "report.html" if out is None else out
    text = folder / "tables.md" if out is None else out.with_suffix(".md")
    curves = read_curves(comparison.rows, folder)
    name = folder.resolve().name
    write(page, render_page(comparison, verdict, curves, page.parent, name=name, command=command))
    write(text, markdown(comparison, verdict, command))
    write_numbers(page.with_suffix(".json"), _numbers(comparison, verdict, command))
    return page


def _numbers(comparison: Comparison, verdict: Verdict, command: str) -> dict[str, Any]:
    """Collect everything that the page shows as numbers, except for the curves."""
    return {
        "verdict": asdict(verdict),
        "command": command,
        "cells": [_cell(comparison, cell) for cell in comparison.cells],
        "series": [
            {
                "algo": series.algo,
                "arm": series.arm,
                "name": series.name,
                "environments": [cell.env_id for cell in series.scored],
                "score": asdict(series.estimate),
            }
            for series in comparison.series
        ],
        "improvements": [
            {
                "x": each.x.title,
                "y": each.y.title,
                "environments": each.environments,
                "probability": asdict(each.estimate),
            }
            for each in comparison.improvements
        ],
        "labels_needed": [
            {
                "env_id": each.cells[0].env_id,
                "algo": each.cells[0].algo,
                "arm": each.cells[0].arm,
                "labels": each.needed,
            }
            for each in comparison.efficiencies
        ],
        "collapsed": [run_name(row) for _, row in comparison.collapsed],
        "failed": [{"run": run_name(row), "error": row.error} for row in comparison.failed],
        "unscored": [
            {"env_id": env_id, "algo": algo, "reason": reason}
            for (env_id, algo), reason in comparison.unscored.items()
        ],
    }


def _cell(comparison: Comparison, cell: Cell) -> dict[str, Any]:
    return {
        "env_id": cell.env_id,
        "algo": cell.algo,
        "arm": cell.arm,
        "labels": cell.labels,
        "demonstrations": cell.demonstrations,
        "steps": sorted({row.length for row in cell.rows}),
        "runs": run_names(cell.rows),
        "scored": cell.scale is not None,
        "scale": None if cell.scale is None else asdict(cell.scale),
        "estimate": asdict(cell.estimate),
        "seeds": [row.seed for row in cell.rows],
        "before": [comparison.starts.get(row.curve) for row in cell.rows],
        "returns": cell.returns.tolist(),
        "measured": comparison.ways.get(cell.env_id),
        "failed": cell.failed,
    }
