"""Run what is missing of a benchmark, and report on all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rlhf_gym.benchmark.demonstrated import check_imitation
from rlhf_gym.benchmark.display import Display
from rlhf_gym.benchmark.engines import Engine
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.benchmark.plan import Plan
from rlhf_gym.results.arms import DEMONSTRATED
from rlhf_gym.runs.parts import make_plug_in, make_teacher, make_training_env

__all__ = ["check_benchmark", "run_benchmark"]


def run_benchmark(
    plan: Plan,
    out: Path,
    engine: Engine,
    *,
    retry: bool = False,
    progress: bool = True,
    tell: Callable[[str], None] = print,
) -> ResultsFolder:
    """Run what a results folder lacks of a plan; whenever it is stopped, it goes on from there.

    A KeyboardInterrupt leaves the tables of what is done.

    Args:
        plan: what to run.
        out: the results folder.
        engine: what performs the runs.
        retry: run failed runs again.
        progress: show lines that move.
        tell: gets a line a run, and what else is worth telling.

    Raises:
        ValueError: the folder holds runs with other settings, or something is missing that a run
            needs; said before the first begins.
    """
    check_benchmark(plan, out, retry=retry)
    folder = ResultsFolder(out)
    with folder.held():
        missing = folder.missing(plan, retry=retry)
        done = len(plan.runs) - len(missing)
        for env_id, algo in plan.left_out:
            tell(f"left out: {algo} cannot take the actions of {env_id}")
        if done:
            tell(f"{done} of {len(plan.runs)} runs are there already")
        if missing and (warning := folder.other_versions()):
            tell(warning)
        with Display(len(missing), done, tell, progress=progress) as display:
            outcomes = engine(missing, display)  # Ray may not answer: then nothing is begun
            folder.begin(plan)
            try:
                for run, outcome in outcomes:
                    display.ended(run, folder.add(run, outcome))
            finally:  # stopped or not
                folder.write_tables()
    return folder


def check_benchmark(plan: Plan, out: Path, *, retry: bool = False) -> None:
    """Put together what the first seed's runs are made of, without training or writing.

    Args:
        plan: what to run.
        out: the results folder.
        retry: failed runs shall be run again.

    Raises:
        ValueError: something is missing, or does not fit, or the folder holds runs with other
            settings.
    """
    ResultsFolder(out).missing(plan, retry=retry)
    if any(run.arm in DEMONSTRATED for run in plan.runs):
        check_imitation()
    first = min(run.settings.seed for run in plan.runs)
    for run in plan.runs:
        if run.settings.seed == first and run.row.algo:
            env = make_training_env(run.settings, snapshots=run.row.labels > 0)
            if run.row.labels:
                make_plug_in(run.settings, make_teacher(run.settings)).wrap(env)
            env.close()
