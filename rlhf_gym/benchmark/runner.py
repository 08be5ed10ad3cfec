"""Run the missing runs of a benchmark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rlhf_gym.basics.closing import close
from rlhf_gym.benchmark.display import Display
from rlhf_gym.benchmark.engines import Engine
from rlhf_gym.benchmark.folder import ResultsFolder
from rlhf_gym.benchmark.imitation import check_imitation
from rlhf_gym.benchmark.plan import Plan
from rlhf_gym.results.arms import arm_of
from rlhf_gym.runs.parts import make_plug_in, make_teacher, make_training_env

__all__ = ["check_benchmark", "run_benchmark"]


def run_benchmark(
    plan: Plan,
    out: Path,
    engine: Engine,
    *,
    retry: bool = False,
    progress: bool = True,
    log: Callable[[str], None] = print,
) -> ResultsFolder:
    """Run what a results folder lacks of a plan; this also resumes a stopped benchmark.

    After a KeyboardInterrupt the tables hold the finished runs.

    Args:
        plan: the runs.
        out: the results folder.
        engine: performs the runs.
        retry: run failed runs again.
        progress: show progress bars.
        log: receives messages, one line at a time.

    Raises:
        ValueError: the folder holds runs with other settings, or something is missing that a run
            needs; raised before the first run begins.
    """
    check_benchmark(plan, out, retry=retry)
    folder = ResultsFolder(out)
    with folder.held():
        missing = folder.missing(plan, retry=retry)
        done = len(plan.runs) - len(missing)
        for env_id, algo in plan.left_out:
            log(f"left out: {algo} cannot take the actions of {env_id}")
        if done:
            log(f"{done} of {len(plan.runs)} runs are there already")
        if missing and (warning := folder.other_versions()):
            log(warning)
        with Display(len(missing), done, log, progress=progress) as display:
            outcomes = engine(missing, display)  # first, for Ray may not answer
            folder.begin(plan)
            try:
                for run, outcome in outcomes:
                    display.ended(run, folder.add(run, outcome))
            finally:  # stopped or not
                folder.write_tables()
    return folder


def check_benchmark(plan: Plan, out: Path, *, retry: bool = False) -> None:
    """Build the parts of the first seed's runs, without training or writing.

    Args:
        plan: the runs.
        out: the results folder.
        retry: whether failed runs are run again.

    Raises:
        ValueError: something is missing, or does not fit, or the folder holds runs with other
            settings.
    """
    ResultsFolder(out).missing(plan, retry=retry)
    if any(arm_of(run.arm).demonstrated for run in plan.runs):
        check_imitation()
    first = min(run.settings.seed for run in plan.runs)
    for run in plan.runs:
        if run.settings.seed == first and run.row.algo:
            env = make_training_env(run.settings, snapshots=run.row.labels > 0)
            if run.row.labels:
                make_plug_in(run.settings, make_teacher(run.settings)).wrap(env)
            close(env)
