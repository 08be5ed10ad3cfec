"""`rlhf-gym benchmark SUITE`: compare environments, algorithms and ways to learn from people."""

from __future__ import annotations

import json as json_module
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from rlhf_gym.basics.checks import Limits
from rlhf_gym.basics.program import program
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.benchmark.suite import read_suite
from rlhf_gym.cli.compare import show
from rlhf_gym.cli.parsing import OutFolder

if TYPE_CHECKING:
    from rlhf_gym.benchmark.engines import Engine
    from rlhf_gym.benchmark.folder import ResultsFolder
    from rlhf_gym.benchmark.plan import Plan

__all__ = ["command"]


def command(
    suite: Annotated[str, tyro.conf.Positional],
    *,
    out: OutFolder | None = None,
    seeds: Annotated[int, Limits(at_least=1, at_most=10_000)] | None = None,
    processes: Annotated[int, Limits(at_least=1, at_most=4096)] | None = None,
    engine: Literal["local", "ray"] = "local",
    address: str | None = None,
    retry: bool = False,
    dry_run: bool = False,
    no_progress: bool = False,
    json: bool = False,
) -> int:
    """Compare environments, algorithms and ways to learn from people, over several seeds.

    Each run trains one agent: on the true reward, on a reward learned from answers, on shuffled
    answers (the control), on the answers of B-Pref's faulty teachers, or from demonstrations. After
    Ctrl-C, the same command continues where it stopped.

    Example: rlhf-gym benchmark quick

    Args:
        suite: quick (5 minutes), classic, person, behaviours, robots, atari, or a TOML file.
        out: the results folder; by default benchmarks/SUITE.
        seeds: number of seeds, instead of the suite's.
        processes: number of runs at a time; by default one for each core.
        engine: local processes, or a Ray cluster, which needs the extra ray.
        address: address of the Ray cluster, host:port or auto; by default a cluster is started
            here.
        retry: run failed runs again.
        dry_run: only check and list the runs.
        no_progress: print a line for each finished run, without progress bars.
        json: print the result as JSON.
    """
    chosen = read_suite(suite)
    if seeds is not None:
        chosen = replace(chosen, grids=tuple(replace(grid, seeds=seeds) for grid in chosen.grids))
    if address is not None and engine != "ray":
        raise ValueError("--address is for a Ray cluster: give --engine ray as well")
    with quick_imports():
        from rlhf_gym.benchmark.engines import LocalEngine
        from rlhf_gym.benchmark.folder import ResultsFolder
        from rlhf_gym.benchmark.plan import plan_of
        from rlhf_gym.benchmark.ray_engine import RayEngine
        from rlhf_gym.benchmark.runner import check_benchmark, run_benchmark
        from rlhf_gym.reports.comparison import build_comparison
        from rlhf_gym.results.side_by_side import compare
    plan = plan_of(chosen)
    out = out or Path("benchmarks") / chosen.name
    runs_on: Engine = (
        RayEngine(address) if engine == "ray" else LocalEngine(processes or os.cpu_count() or 1)
    )
    if dry_run:
        check_benchmark(plan, out, retry=retry)
        _list(plan, json)
        return 0

    def log(line: str) -> None:
        print(line, file=sys.stderr if json else sys.stdout, flush=True)

    called = shlex.join(["rlhf-gym", *sys.argv[1:]])
    try:
        folder = run_benchmark(
            plan, out, runs_on, retry=retry, progress=not (no_progress or json), log=log
        )
    except KeyboardInterrupt:
        _report_finished(ResultsFolder(out), plan, called, log)
        raise
    rows = folder.rows()
    comparison = compare(rows)
    show(build_comparison(comparison, folder.path, command=called), comparison, json)
    failed = sum(row.status == "failed" for row in rows)
    if failed:
        log(f"{failed} runs failed, see {folder.path / 'errors'}; --retry runs them again")
    return 1 if failed else 0


def _report_finished(
    folder: ResultsFolder, plan: Plan, called: str, log: Callable[[str], None]
) -> None:
    """Report the finished runs of a benchmark that was stopped."""
    from rlhf_gym.reports.comparison import build_comparison
    from rlhf_gym.results.side_by_side import compare

    rows = folder.rows()
    again = f"{program()} {shlex.join(sys.argv[1:])}"
    log(f"\nstopped with {len(rows)} of {len(plan.runs)} runs; to go on: {again}")
    if rows:
        log(f"report so far: {build_comparison(compare(rows), folder.path, command=called)}")


def _list(plan: Plan, json: bool) -> None:
    steps = sum(run.settings.steps or 0 for run in plan.runs)
    if json:
        names = [run.name for run in plan.runs]
        print(json_module.dumps({"runs": names, "left_out": plan.left_out, "steps": steps}))
        return
    for run in plan.runs:
        print(f"{run.name}  {run.settings.steps:,} steps")
    for env_id, algo in plan.left_out:
        print(f"left out: {algo} cannot take the actions of {env_id}")
    print(f"{len(plan.runs)} runs, {steps:,} steps")
