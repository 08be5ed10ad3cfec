"""`rlhf-gym doctor`: find problems of an installation, and how to solve them."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.basics.words import counted
from rlhf_gym.cli.checks import CHECKS, Finding

__all__ = ["command"]

_MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def command(
    folder: tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="FOLDER")]] = Path("."),
    *,
    json: bool = False,
) -> int:
    """Find problems of an installation, and how to solve them.

    The exit code is 1 if a check fails. A warning affects only the feature that it names.

    Example: rlhf-gym doctor runs/my-run

    Args:
        folder: a run folder, or the folder in which runs are to be made.
        json: print JSON.
    """
    findings = [check(folder) for check in CHECKS]
    if json:
        print(json_module.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(_lines(finding))
        print(_verdict(findings))
    return int(any(finding.status == "fail" for finding in findings))


def _lines(finding: Finding) -> str:
    lines = [f"{_MARKS[finding.status]}  {finding.name:<10} {finding.text}"]
    if finding.remedy:
        lines += [f"{'':17}-> {line}" for line in finding.remedy.splitlines()]
    return "\n".join(lines)


def _verdict(findings: list[Finding]) -> str:
    failed = sum(finding.status == "fail" for finding in findings)
    warned = sum(finding.status == "warn" for finding in findings)
    warnings = f", {counted(warned, 'warning')}" if warned else ""
    return f"\n{counted(failed, 'failure') if failed else 'no failures'}{warnings}"
