"""`rlhf-gym label RUN`: answer a run's queries in the window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import tyro

from rlhf_gym.basics.account import user_name
from rlhf_gym.basics.checks import Text
from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted
from rlhf_gym.cli.review import answers_of, queries_to_review_first, what_changed
from rlhf_gym.cli.trust import draws_safely
from rlhf_gym.feedback import StoreReader
from rlhf_gym.feedback.glance import last_progress
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.outcome import refresh_outcome
from rlhf_gym.teachers.window import WindowTeacher

__all__ = ["command"]


def command(
    run: Annotated[str, tyro.conf.Positional],
    *,
    annotator: Text | None = None,
    trust: bool = False,
    blind: bool = False,
    practice: bool = False,
    review: bool = False,
) -> None:
    """Open the labelling window for a run, whether it is training or has stopped.

    Answers are saved at once. A run that is training uses them immediately; a stopped run has its
    open pairs answered, and uses the answers when it is resumed. On a run that is done, the window
    shows what came of it.

    With --review, your given answers are shown again, those that the reward model disputes and
    those that you flagged or noted first; each is kept or changed. Answers of others stay as they
    are. Those of a finished run count when it is trained further.

    Example: rlhf-gym label runs/CartPole-v1-ppo-20261120-120000

    Args:
        run: the run folder.
        annotator: your name; by default the name of your account.
        blind: hide true return and accuracy, as every window of a run of train --blind does.
        practice: begin with the practice pairs again; a new annotator sees them anyway.
        review: go through the answers that you have given again, and keep or change each.
        trust: draw the clips of a run folder from elsewhere, for which its environment is run.
    """
    folder = RunFolder.open(run)
    if review:
        return _review(folder, annotator or user_name(), blind)
    before = _answered(folder.store)
    draws = draws_safely(folder, trust)
    if not draws:
        print(
            f"{folder.path} was not written by this account on this machine: only clips that are "
            "drawn already are shown. If you trust whoever made it, add --trust to draw the others"
        )
    teacher = WindowTeacher(
        annotator, draws=draws, blind=blind, practice=practice, ends_training=False
    )
    if _is_done(folder.store) and folder.config.exists():
        refresh_outcome(folder)
    _run(teacher, folder)
    after = _answered(folder.store)
    given = counted(after - before, "answer")
    print(f"{given} in this session, {after:,} in all; they are in {folder.store}")
    _say_how_to_go_on(folder)


def _say_how_to_go_on(folder: RunFolder) -> None:
    progress = last_progress(folder.store)
    go_on = f"{program()} train --resume {folder.path}"
    if progress is not None and progress.state == "done":
        print(f"see the agent: {program()} watch {folder.path}")
    elif progress is not None and progress.failure:
        print(f"the training failed: {progress.failure}")
        print(f"once that is mended, it goes on with: {go_on}")
    else:
        print(f"a run that has stopped goes on with: {go_on}")


def _review(folder: RunFolder, annotator: str, blind: bool) -> None:
    """Show an annotator's answers again, and say what has changed."""
    print("comparing your answers with the reward model: the disputed ones come first")
    before, first = answers_of(folder, annotator), queries_to_review_first(folder, annotator)
    teacher = WindowTeacher(annotator, draws=False, blind=blind, ends_training=False, review=first)
    try:
        _run(teacher, folder)
    finally:
        print(what_changed(folder, annotator, before))


def _run(teacher: WindowTeacher, folder: RunFolder) -> None:
    """Show the window until it is closed."""
    teacher.start(folder.path)
    try:
        while teacher.alive:
            time.sleep(0.2)
    finally:
        teacher.stop()


def _is_done(path: Path) -> bool:
    progress = last_progress(path)
    return progress is not None and progress.state == "done"


def _answered(path: Path) -> int:
    with StoreReader.open(path) as store:
        return store.counts().answered
