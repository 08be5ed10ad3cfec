"""WindowTeacher: a person at the labelling window, which runs in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from rlhf_gym.clips.display import check_display, check_pygame
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.processes import module_command
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["WindowTeacher"]

STOP_SECONDS = 5.0
"""Seconds that a process has to end by itself before it is killed."""


class WindowTeacher(Teacher):
    """A person who answers in a window.

    Two other processes work for a run, so that neither slows down the agent: one draws the clips of
    open queries, the other shows them. They share nothing with the trainer but the store, and every
    answer is committed there before the window moves on.

    >>> teacher = WindowTeacher(annotator="ada")
    >>> teacher.alive
    False
    """

    live = True

    def __init__(self, annotator: str | None = None, *, draws: bool = True) -> None:
        """Store the answers under ``annotator``, by default the name of the account.

        Args:
            annotator: the person's name.
            draws: whether to draw clips, for which the environment that the store names is made;
                else only those that are drawn already are shown.

        Raises:
            WrongPygame: if another edition of pygame than pygame-ce is installed.
        """
        check_pygame()
        self.annotator, self.draws = annotator, draws
        self._drawing: subprocess.Popen[bytes] | None = None
        self._window: subprocess.Popen[bytes] | None = None
        self._run: Path | None = None

    def check(self) -> None:
        """Raise `NoDisplay` if there is no display."""
        check_display()

    def start(self, run: Path | str) -> None:
        """Start drawing and open the window, or open it again if the person has closed it.

        Args:
            run: the run folder, with the store in it.

        Raises:
            NoDisplay: if there is no display.
        """
        check_display()
        self._run = Path(run)
        if self.draws and not _runs(self._drawing):
            self._drawing = _python("rlhf_gym.media", str(run))
        if not _runs(self._window):
            name = ["--annotator", self.annotator] if self.annotator else []
            self._window = _python("rlhf_gym.window", str(run), *name)

    @property
    def alive(self) -> bool:
        """Whether the window is open."""
        return _runs(self._window)

    def answer(self, query: Query) -> Judgement | None:
        """Return None, since the window itself stores the answers when the person gives them."""
        return None

    def stop(self) -> None:
        """Stop drawing and close the window.

        If training is done, as the store says, the window stays open and shows the result until the
        person closes it.
        """
        _end(self._drawing)
        if not self._finished():
            _end(self._window)

    def close(self) -> None:
        """End both processes, even if training is done."""
        _end(self._drawing)
        _end(self._window)

    def _finished(self) -> bool:
        if self._run is None or not self.alive:
            return False
        with FeedbackStore.open(RunFolder(self._run).store) as store:
            progress = store.progress()
        return progress is not None and progress.state == "done"


def _python(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(module_command(module, *arguments))


def _runs(process: subprocess.Popen[bytes] | None) -> bool:
    return process is not None and process.poll() is None


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
