"""`rlhf-gym report RUN`: write an HTML report about a run."""

from __future__ import annotations

import json as json_module
import webbrowser
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.cli.imports import quick_imports
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    out: Path | None = None,
    open: bool = False,
    json: bool = False,
) -> None:
    """Write an HTML report about a run, finished or not; it needs no network.

    The report shows returns, the reward model, the answers, videos, the most disputed clips and
    every setting. The numbers are written next to it as JSON.

    Example: rlhf-gym report runs/CartPole-v1-ppo-20261120-120000 --open

    Args:
        run: the run folder.
        out: the file to write; by default report.html in the run folder.
        open: open it in the browser.
        json: print the verdict and the main numbers as JSON.
    """
    folder = RunFolder.open(run)
    with quick_imports():
        from rlhf_gym.reports.run import build_report
    page = build_report(folder.path, out)
    numbers = json_module.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    verdict = numbers["verdict"]
    if json:
        result = {"report": str(page), "verdict": verdict, "outcome": numbers["outcome"]}
        print(json_module.dumps(result, indent=2))
    else:
        print(verdict["headline"])
        print(verdict["trust"])
        for warning in verdict["warnings"]:
            print(f"! {warning}")
        print(f"report: {page}")
    if open:
        webbrowser.open(page.resolve().as_uri())
