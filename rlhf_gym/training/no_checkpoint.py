"""Why a run has no checkpoint yet, and what to do about it."""

from __future__ import annotations

import time

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import TRAINER_SILENT_SECONDS, Progress

__all__ = ["why_no_checkpoint"]


def why_no_checkpoint(run: RunFolder) -> str:
    """Say why there is no checkpoint: the run waits, has only begun, has stopped or has failed."""
    from rlhf_gym.feedback.glance import count_labels, last_progress  # loads the database: slow

    progress, labels = last_progress(run.store), count_labels(run.store) or 0
    holds = f"{run.path} holds no checkpoint yet"
    if _lives(run, progress):
        awaited = 0 if progress is None else progress.awaited or 0
        if progress is not None and progress.state == "first labels" and awaited > labels:
            return (
                f"{holds}: it waits for its first {counted(awaited, 'label')}, of which {labels:,} "
                f"{'is' if labels == 1 else 'are'} given; `{program()} label {run.path}` asks for "
                "the others"
            )
        begun = progress is not None and progress.state in ("training", "waiting")
        does = "it trains" if begun else "it has only begun"
        return f"{holds}: {does}, and the first one comes by itself; try again in a few minutes"
    kept = f"all {labels:,} labels are kept" if labels > 1 else "all answers are kept"
    on = f"`{program()} train --resume {run.path}`"
    if not run.config.exists():
        on = "HumanFeedback(run=FOLDER, resume=True) in the script that made it"
    if progress is not None and progress.failure:
        return f"{holds}: training failed ({progress.failure}); go on with {on}: {kept}"
    return f"{holds}: it stopped before the first one; go on with {on}: {kept}"


def _lives(run: RunFolder, progress: Progress | None) -> bool:
    """Whether a process works on the run; a script of a person's own holds no lock."""
    if run.is_held:
        return True
    told = progress is not None and progress.state not in ("done", "stopped")
    if progress is None or not told or run.lock.exists():
        return False
    return time.time() - progress.heartbeat <= TRAINER_SILENT_SECONDS
