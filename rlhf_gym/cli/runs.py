"""`rlhf-gym runs`: list the runs in a folder."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.basics.program import program
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.basics.text_table import TextTable

__all__ = ["command"]


def command(
    folder: Annotated[Path, tyro.conf.Positional] = Path("runs"), *, json: bool = False
) -> None:
    """List the runs in a folder: what each does, its labels, its steps and its true return.

    Example: rlhf-gym runs

    Args:
        folder: the folder that holds the run folders.
        json: print JSON.
    """
    with quick_imports():
        from rlhf_gym.results.overview import runs_in
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {folder}; start a first run with `{program()} train ENV`, or name "
            "the folder that holds your runs"
        )
    found = list(runs_in(folder))
    if json:
        rows = [{**asdict(each), "folder": str(each.folder)} for each in found]
        print(json_module.dumps(rows, indent=2))
        return
    if not found:
        print(f"there are no runs in {folder}; start one with: {program()} train ENV")
        return
    lines = tuple(
        (
            str(each.folder),
            each.state,
            _of(each.labels, each.budget),
            _of(each.steps, each.planned),
            each.true_return,
            each.way,
        )
        for each in found
    )
    table = TextTable(("run", "state", "labels", "steps", "true return", "measured"), lines)
    print(table.aligned())
    for each in found:
        if each.failure:
            print(f"\n{each.folder} failed: {each.failure}")


def _of(done: int, wanted: int | None) -> str:
    return f"{done:,}" if wanted is None else f"{done:,} of {wanted:,}"
