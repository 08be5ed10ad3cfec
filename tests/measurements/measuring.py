"""What all benchmarks share: interleaved runs, medians with their spread, rows of results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch

from rlhf_gym.basics.durable import append_line, json_lines
from rlhf_gym.runs.versions import commit, installed_versions

RESULTS = Path(__file__).parents[2] / "docs" / "results"


@dataclass(frozen=True)
class Spent:
    """Seconds that a piece of work took: on the clock, and of this process's CPU time."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """Do ``work`` once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def one_thread() -> None:
    """Let torch use one thread, here and in processes that are started from here."""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)


def interleaved(
    first: Callable[[], object], second: Callable[[], object], repeats: int
) -> list[tuple[Spent, Spent]]:
    """Do both in turn, A B A B ..., so that a machine that slows down slows both."""
    return [(spent(first), spent(second)) for _ in range(repeats)]


def wall_ratios(pairs: Sequence[tuple[Spent, Spent]]) -> list[float]:
    """Time on the clock of the first over the second, of each pair of runs."""
    return [first.wall / second.wall for first, second in pairs]


def cpu_ratios(pairs: Sequence[tuple[Spent, Spent]]) -> list[float]:
    """CPU time of the first over the second, of each pair of runs."""
    return [first.cpu / second.cpu for first, second in pairs]


def arguments(about: str | None, *, repeats: int) -> argparse.ArgumentParser:
    """A command line with ``--repeats``; scripts add their own options."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--repeats", type=int, default=repeats, help=f"default: {repeats}")
    return parser


def report(
    figure: str,
    values: Sequence[float],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    unit: str = "",
    **details: Any,
) -> None:
    """Print one figure on one line, and add it to ``docs/results/benchmarks.json``.

    Args:
        figure: what was measured.
        values: of the repeated runs; their median is held against the target.
        at_most: the target, where less is better.
        at_least: the target, where more is better.
        unit: of the values.
        **details: what else the row shall hold, as plain data.
    """
    values = [float(value) for value in values]
    median = statistics.median(values)
    target, met = "none", True
    if at_most is not None:
        target, met = f"<= {at_most:g}", median <= at_most
    elif at_least is not None:
        target, met = f">= {at_least:g}", median >= at_least
    print(
        f"{figure}: {median:.4g}{unit} (median of {len(values)}, {min(values):.4g} to "
        f"{max(values):.4g}), target {target}{unit}: {'met' if met else 'MISSED'}",
        flush=True,
    )
    add_row(
        {
            "figure": figure,
            "target": target,
            "median": median,
            "met": met,
            "unit": unit,
            "values": values,
            **details,
        }
    )


def add_row(row: dict[str, Any]) -> None:
    """Add ``row``, and when, how and where it was measured; it replaces an older one from there."""
    path = RESULTS / "benchmarks.json"
    row = {**row, **circumstances()}
    rows = json.loads(path.read_text()) if path.exists() else []
    rows = [*(other for other in rows if _what_and_where(other) != _what_and_where(row)), row]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(rows, indent=1) + "\n")
    part.replace(path)


def _what_and_where(row: dict[str, Any]) -> tuple[str, str]:
    return row["figure"], row["machine"]["processor"]


@dataclass(frozen=True)
class Run:
    """What tells one run from all others; ``settings`` are those it was run with, as JSON."""

    env_id: str
    side: str
    labels: int
    seed: int
    settings: str


def add_run(path: Path, run: Run, returns: Sequence[float], taken: Spent) -> None:
    """Add a line of what came of a run to a file of runs, and print it.

    Args:
        path: the file.
        run: what was run.
        returns: true return of each evaluation episode.
        taken: by its training.
    """
    mean = statistics.fmean(returns)
    row = {
        **asdict(run),
        "mean_return": mean,
        "returns": [round(value, 2) for value in returns],
        "seconds": {"wall": round(taken.wall, 1), "cpu": round(taken.cpu, 1)},
        **circumstances(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    append_line(path, json.dumps(row))
    print(
        f"{run.env_id} {run.side} {run.labels} labels, seed {run.seed}: "
        f"{mean:.1f} in {taken.wall:.0f} s ({taken.cpu:.0f} s CPU)",
        flush=True,
    )


def read_runs(path: Path) -> dict[Run, dict[str, Any]]:
    """The lines of all runs in a file, by their runs."""
    rows = json_lines(path.read_text()) if path.exists() else []
    return {Run(**{entry.name: row[entry.name] for entry in fields(Run)}): row for row in rows}


def circumstances() -> dict[str, Any]:
    """The command, date, commit, machine and versions of a result."""
    versions = installed_versions()
    del versions["platform"]
    return {
        "command": shlex.join(["python", *sys.argv]),
        "date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        "commit": commit() or "unknown",
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
        },
        "versions": versions,
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
