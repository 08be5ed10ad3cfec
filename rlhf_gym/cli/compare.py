"""`rlhf-gym compare RUN...`: compare runs side by side in an HTML file."""

from __future__ import annotations

import json as json_module
import shlex
import webbrowser
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.cli.parsing import OutFile
from rlhf_gym.results.run_folders import comparison_of_runs, rows_of_runs
from rlhf_gym.results.side_by_side import Comparison

__all__ = ["command", "show"]


def command(
    runs: Annotated[
        list[str],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="RUN ...", help_behavior_hint="(required)"),
    ],
    *,
    out: OutFile = Path("comparison.html"),
    open: bool = False,
    json: bool = False,
) -> None:
    """Compare finished runs side by side, pooling seeds; others are left out.

    Runs of the same environment, algorithm, arm (which is their teacher's), number of labels and
    number of demonstrations are pooled as seeds; the page warns where they differ in any other
    setting. The command writes an HTML file that needs no network, and next to it the tables as
    Markdown and the numbers as JSON.

    Example: rlhf-gym compare runs/CartPole-v1-ppo-* --out cartpole.html

    Args:
        runs: the run folders.
        out: the HTML file.
        open: open it in the browser.
        json: print the numbers as JSON.
    """
    rows = rows_of_runs(runs)
    with quick_imports():
        from rlhf_gym.reports.comparison import build_comparison
    given = shlex.join(["rlhf-gym", "compare", *runs])
    comparison = comparison_of_runs(rows)
    page = build_comparison(comparison, Path(), out, command=given)
    show(page, comparison, json)
    if open:
        webbrowser.open(page.resolve().as_uri())


def show(page: Path, comparison: Comparison, json: bool) -> None:
    """Print the results of a comparison, or its numbers as JSON."""
    from rlhf_gym.reports.comparison.tables import by_cell, measured

    numbers = json_module.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    if json:
        print(json_module.dumps({"report": str(page), **numbers}, indent=2))
        return
    verdict = numbers["verdict"]
    print(by_cell(comparison).aligned())
    print()
    if how := measured(comparison):
        print(how)
    print(verdict["headline"])
    for warning in verdict["warnings"]:
        print(f"! {warning}")
    print(f"report: {page}")
