"""`rlhf-gym label RUN`: answer a run's queries in the window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.teachers.window import WindowTeacher

__all__ = ["command"]


def command(run: Annotated[str, tyro.conf.Positional], *, annotator: str | None = None) -> None:
    """Open the window on a run: one that trains now, or one that has stopped.

    Answers are saved at once. A run that trains takes them up by itself; one that has stopped,
    when it is resumed.

    Example: rlhf-gym label runs/CartPole-v1-ppo-20261120-120000

    Args:
        run: the run's folder.
        annotator: your name; by default that of your account.
    """
    folder = RunFolder.open(run)
    before = _labels(folder.store)
    teacher = WindowTeacher(annotator)
    teacher.start(folder.path)
    try:
        while teacher.alive:
            time.sleep(0.2)
    finally:
        teacher.stop()
    after = _labels(folder.store)
    print(f"{after - before} answers in this sitting, {after} in all; they are in {folder.store}")
    print(f"a run that has stopped goes on with: rlhf-gym train --resume {folder.path}")


def _labels(path: Path) -> int:
    with FeedbackStore.open(path) as store:
        return store.counts().answered
