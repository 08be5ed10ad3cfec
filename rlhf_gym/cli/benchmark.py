"""`rlhf-gym benchmark SUITE`: compare environments, algorithms and ways to learn from people."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import tyro

from rlhf_gym.benchmark.engines import Engine, LocalEngine
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.benchmark.plan import Plan, plan_of
from rlhf_gym.benchmark.ray_engine import RayEngine
from rlhf_gym.benchmark.runner import check_benchmark, run_benchmark
from rlhf_gym.benchmark.suite import read_suite
from rlhf_gym.cli.compare import show
from rlhf_gym.reports.comparison.build import build_comparison

__all__ = ["command"]


def command(
    suite: Annotated[str, tyro.conf.Positional],
    *,
    out: Path | None = None,
    seeds: int | None = None,
    processes: int | None = None,
    engine: Literal["local", "ray"] = "local",
    address: str | None = None,
    retry: bool = False,
    dry_run: bool = False,
    no_progress: bool = False,
    json: bool = False,
) -> int:
    """Compare environments, algorithms and ways to learn from people, over several seeds.

    Each run trains one agent: on the true reward, on a reward learned from answers, on shuffled
    answers (the control), on the answers of B-Pref's teachers, or from demonstrations. Stop it with
    Ctrl-C and call it again: it goes on where it was.

    Example: rlhf-gym benchmark quick

    Args:
        suite: quick (5 minutes), classic, behaviours, robots, atari, or a TOML file.
        out: the results' folder; by default benchmarks/SUITE.
        seeds: so many seeds, instead of the suite's own number.
        processes: runs beside each other; by default one a core.
        engine: ray runs them on a Ray cluster (pip install "rlhf-gym[ray]").
        address: of the Ray cluster, host:port or auto; by default one is started here.
        retry: run those again that failed.
        dry_run: only check and list the runs.
        no_progress: a line a run that has ended, nothing that moves.
        json: write the result as JSON.
    """
    chosen = read_suite(suite)
    if seeds is not None:
        chosen = replace(chosen, grids=tuple(replace(grid, seeds=seeds) for grid in chosen.grids))
    if address is not None and engine != "ray":
        raise ValueError("--address belongs to a Ray cluster: give --engine ray as well")
    plan = plan_of(chosen)
    out = out or Path("benchmarks") / chosen.name
    runs_on: Engine = (
        RayEngine(address) if engine == "ray" else LocalEngine(processes or os.cpu_count() or 1)
    )
    if dry_run:
        check_benchmark(plan, out, retry=retry)
        _list(plan)
        return 0

    def tell(line: str) -> None:
        print(line, file=sys.stderr if json else sys.stdout, flush=True)

    called = shlex.join(["rlhf-gym", *sys.argv[1:]])
    try:
        folder = run_benchmark(
            plan,
            out,
            runs_on,
            retry=retry,
            progress=not (no_progress or json),
            tell=tell,
        )
    except KeyboardInterrupt:
        _tell_of_the_finished(ResultsFolder(out), plan, called, tell)
        raise
    rows = folder.rows()
    show(build_comparison(rows, folder.path, command=called), rows, json)
    failed = sum(row.status == "failed" for row in rows)
    if failed:
        tell(f"{failed} runs failed, see {folder.path / 'errors'}; --retry runs them again")
    return 1 if failed else 0


def _tell_of_the_finished(
    folder: ResultsFolder, plan: Plan, called: str, tell: Callable[[str], None]
) -> None:
    """What a benchmark that was stopped has come to."""
    rows = folder.rows()
    tell(f"\nstopped with {len(rows)} of {len(plan.runs)} runs; to go on: {called}")
    if rows:
        tell(f"report so far: {build_comparison(rows, folder.path, command=called)}")


def _list(plan: Plan) -> None:
    for run in plan.runs:
        print(f"{run.name}  {run.settings.steps:,} steps")
    for env_id, algo in plan.left_out:
        print(f"left out: {algo} cannot take the actions of {env_id}")
    print(f"{len(plan.runs)} runs, {sum(run.settings.steps or 0 for run in plan.runs):,} steps")
