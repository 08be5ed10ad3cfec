"""Perform one run of a benchmark in this process."""

from __future__ import annotations

import gc
import os
import time
import traceback
from dataclasses import dataclass, replace
from typing import Any

import torch

from rlhf_gym.basics.faults import FAULTS
from rlhf_gym.benchmark.curve import OnProgress, Point, curve_text
from rlhf_gym.benchmark.plan import Run
from rlhf_gym.benchmark.train_arm import RandomPolicy, train_on_answers, train_on_true_reward
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.row import Row
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.runs.versions import commit, installed_versions

__all__ = ["RunOutcome", "failed", "perform"]


@dataclass(frozen=True)
class RunOutcome:
    """The outcome of a run.

    Attributes:
        row: the row of the results.
        curve: the learning curve as CSV; empty if nothing was trained.
        log: traceback of a failed run.
    """

    row: Row
    curve: str = ""
    log: str = ""


def perform(run: Run, on_progress: OnProgress = lambda done, total: None) -> RunOutcome:
    """Train and evaluate; an error becomes a failed row.

    Args:
        run: the run.
        on_progress: receives the steps taken and the total from time to time.
    """
    torch.set_num_threads(1)  # other runs need the other cores
    try:
        return _perform(run, on_progress)
    except FAULTS as error:
        message = traceback.format_exception_only(error)[-1].strip()
        return failed(run, message, traceback.format_exc())
    finally:
        gc.collect()  # environments and clips of this run, before the next


def failed(run: Run, error: str, log: str = "") -> RunOutcome:
    """Return the outcome of a run that did not finish."""
    return RunOutcome(replace(_row(run), status="failed", error=error), log=log or error)


def _perform(run: Run, on_progress: OnProgress) -> RunOutcome:
    settings, arm = run.settings, arm_of(run.arm)
    row, points = _row(run), list[Point]()
    policy: Any
    if arm.demonstrated:
        from rlhf_gym.benchmark import demonstrated  # slow to import

        shown = demonstrated.demonstrations(settings, run.demonstrations)
    wall, cpu = time.perf_counter(), _cpu_seconds()  # without the expert, trained once a process
    if arm.source == "nothing":
        env = settings.maker.made()
        policy = RandomPolicy(env.action_space, settings.seed)
    elif arm.demonstrated:
        policy, points, row = demonstrated.learn_from_demonstrations(run, shown, row, on_progress)
    elif arm.source == "true reward":
        policy, points = train_on_true_reward(settings, on_progress)
        row = replace(row, steps=policy.num_timesteps)
    else:
        policy, points, row = train_on_answers(run, row, on_progress)
    if arm.source != "nothing":
        row = replace(row, seconds=time.perf_counter() - wall, cpu_seconds=_cpu_seconds() - cpu)
    episodes = settings.evaluation_episodes
    returns = true_returns(
        policy,
        settings.env_id,
        episodes,
        seed=settings.seed,
        horizon=settings.horizon,
        env_kwargs=settings.env_kwargs,
        wrappers=settings.wrapper,
    )
    row = replace(row, returns=returns, date=_now())
    return RunOutcome(row, curve_text(points) if points else "")


def _row(run: Run) -> Row:
    return replace(run.row, versions=installed_versions(), commit=commit(), date=_now())


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())


def _cpu_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
