"""RunOverview: a run in one line of a list."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rlhf_gym.basics.words import NOTHING
from rlhf_gym.feedback.glance import count_labels, last_progress
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import TRAINER_SILENT_SECONDS, Progress
from rlhf_gym.runs.records import STEPS, TRUE_RETURN, RunRecord, mean_and_error, read_run

__all__ = ["RunOverview", "overview_of", "runs_in"]

GOING = {
    "warming up": "warming up",
    "first labels": "waiting for labels",
    "waiting": "waiting for labels",
    "training": "training",
    "done": "measuring",
}
"""What a training does, by what it has told last."""


@dataclass(frozen=True)
class RunOverview:
    """What a list of runs tells about one.

    Attributes:
        folder: the run folder.
        env_id: the environment; empty where it is not known.
        algo: the algorithm.
        state: ``"warming up"``, ``"waiting for labels"``, ``"training"``, ``"measuring"``,
            ``"finished"``, ``"stopped"``, ``"failed"`` (with an error), ``"died"`` (its process
            ended without a word), ``"not begun"``, or ``"has links to outside"``, with nothing else
            known.
        labels: labels given.
        budget: labels wanted; None where it is not known.
        steps: training steps taken, at most those planned.
        planned: training steps planned; None where it is not known.
        true_return: the trained agent's mean and standard error, or the latest one in training.
        way: how the true return was measured.
        failure: the error with which a failed training ended, else empty.
    """

    folder: Path
    env_id: str
    algo: str
    state: str
    labels: int
    budget: int | None
    steps: int
    planned: int | None
    true_return: str
    way: str
    failure: str = ""


def runs_in(parent: Path) -> Iterator[RunOverview]:
    """Yield an overview of each run folder in a folder, the newest run first.

    One that has links to outside of it is not read.
    """
    folders = [RunFolder(path) for path in parent.iterdir() if path.is_dir()]
    found = [run for run in folders if run.config.is_file() or run.store.is_file()]
    for run in sorted(found, key=_began, reverse=True):
        try:
            yield overview_of(run)
        except ValueError:
            yield RunOverview(run.path, "", "", "has links to outside", 0, None, 0, None, "", "")


def _began(run: RunFolder) -> float:
    return (run.config if run.config.is_file() else run.store).stat().st_mtime


def overview_of(run: RunFolder) -> RunOverview:
    """Read the overview of a run."""
    record = read_run(run.path)
    progress = last_progress(run.store)
    steps = int(record.curve.last(STEPS) or 0)
    steps = max(steps, progress.agent_step) if progress else steps
    planned = record.config.get("steps", progress.total_steps if progress else None)
    true_return, state = _true_return(record), _state(record, progress, steps)
    way = record.evaluation.way if record.evaluation.after else "in training"
    return RunOverview(
        folder=run.path,
        env_id=str(record.config.get("env_id", "")),
        algo=str(record.config.get("algo", "")),
        state=state,
        labels=count_labels(run.store) or 0,
        budget=record.config.get("labels", progress.budget if progress else None),
        steps=steps if planned is None else min(steps, planned),
        planned=planned,
        true_return=true_return,
        way=NOTHING if true_return == NOTHING else way,
        failure=progress.failure if progress and state == "failed" else "",
    )


def _state(record: RunRecord, progress: Progress | None, steps: int) -> str:
    state = "" if progress is None else progress.state
    if record.folder.is_held:
        return GOING.get(state, "training")
    planned = record.config.get("steps")
    if state == "done" or (record.evaluation.after and (planned is None or steps >= planned)):
        return "finished"
    if progress is not None and state in GOING:
        silent = time.time() - progress.heartbeat > TRAINER_SILENT_SECONDS
        return "died" if silent or record.folder.lock.exists() else GOING[state]
    if progress is not None and progress.failure:
        return "failed"
    return "stopped" if state or steps else "not begun"


def _true_return(record: RunRecord) -> str:
    if record.evaluation.after:
        return mean_and_error(record.evaluation.after)
    latest = None if record.unchanged else record.curve.last(TRUE_RETURN)
    return NOTHING if latest is None else mean_and_error((latest,))
