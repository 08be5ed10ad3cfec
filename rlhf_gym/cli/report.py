"""`rlhf-gym report RUN`: write an HTML report about a run."""

from __future__ import annotations

import json as json_module
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import tyro

from rlhf_gym.basics.checks import Limits
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.cli.parsing import OutFile
from rlhf_gym.feedback.run_folder import RunFolder

if TYPE_CHECKING:
    from rlhf_gym.reports.run import LiveReport

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    out: OutFile | None = None,
    open: bool = False,
    json: bool = False,
    live: bool = False,
    port: Annotated[int, Limits(at_least=0, at_most=65535)] = 0,
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
        live: serve a page that follows the training, to this computer only, until Ctrl-C.
        port: port of the live page; 0 takes one that is free.
    """
    folder = RunFolder.open(run)
    with quick_imports():
        from rlhf_gym.reports.run import LiveReport, build_report
    if live:
        if out is not None or json:
            raise ValueError("--live writes no file: leave out --out and --json")
        _serve(LiveReport(folder.path, port), open)
        return
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


def _serve(report: LiveReport, open: bool) -> None:
    with report:
        print(
            f"the report of {report.run}, as it is now: {report.url} (Ctrl-C ends it)", flush=True
        )
        if open:
            webbrowser.open(report.url)
        with suppress(KeyboardInterrupt):
            report.serve_forever()
