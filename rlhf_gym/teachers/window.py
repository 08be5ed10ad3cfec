"""WindowTeacher: a person at the labelling window, which runs in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rlhf_gym.basics.checks import Text, check_arguments
from rlhf_gym.basics.display import check_display, check_pygame
from rlhf_gym.basics.processes import KeptProcess
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["WindowTeacher"]


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

    def __init__(
        self,
        annotator: Text | None = None,
        *,
        draws: bool = True,
        blind: bool = False,
        practice: bool = False,
        ends_training: bool = True,
        review: Sequence[int] | None = None,
    ) -> None:
        """Store the answers under ``annotator``, by default the name of the account.

        Args:
            annotator: the person's name.
            draws: whether to draw clips, for which the environment that the store names is made;
                else only those that are drawn already are shown.
            blind: whether true return and accuracy are hidden from them.
            practice: whether they practise first, even if they have done so before.
            ends_training: whether training stops when they close the window.
            review: go through the answers that they have given once more, instead of asking for
                new ones; those to these queries come first.

        Raises:
            WrongPygame: if another edition of pygame than pygame-ce is installed.
        """
        check_arguments(WindowTeacher.__init__, locals())
        check_pygame()
        self.annotator, self.draws = annotator, draws
        self.blind, self.ends_training = blind, ends_training
        self.practice, self.review = practice, review
        self._drawing: KeptProcess | None = None
        self._window: KeptProcess | None = None
        self._run: Path | None = None
        self._opened = False

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
        if not self._opened:  # else a person who has closed it does not want it
            self.open(run)
        self._opened = False

    def open(self, run: Path | str, environment: str = "") -> None:
        """Do what `start` does before there is a store, in which case the window says so.

        Args:
            run: the run folder.
            environment: id of the environment, to be shown until there is a store.

        Raises:
            NoDisplay: if there is no display.
        """
        check_display()
        self._run, self._opened = Path(run), True
        mine = str(os.getpid())
        if self.draws and not _runs(self._drawing):
            self._drawing = KeptProcess("the drawing process", "rlhf_gym.media", str(run), mine)
        if not _runs(self._window):
            options = ["--annotator", self.annotator] if self.annotator else []
            options += ["--blind"] if self.blind else []
            options += ["--practice"] if self.practice else []
            if self.review is not None:
                options.append(f"--review={','.join(map(str, self.review))}")
            if self.draws and not self.ends_training:
                options.append("--draws")  # without a trainer, too
            if self.ends_training:
                options.append("--ends-training")
                RunFolder(self._run).no_more_answers.unlink(missing_ok=True)
            options += ["--environment", environment] if environment else []
            arguments = [str(run), "--parent", mine, *options]
            self._window = KeptProcess("the window", "rlhf_gym.window", *arguments)

    @property
    def awaits_training(self) -> bool:
        """Whether it was opened for a training that has not begun."""
        return self._opened

    @property
    def failure(self) -> str:
        """Why nobody can be asked any more: the drawing process died again and again."""
        if self._drawing is None or not self._drawing.given_up:
            return ""
        return (
            "the drawing process died again and again, so that nobody can be asked: what it wrote "
            "before is in the terminal; see whether rlhf_gym.environments.check_environment can "
            "draw the environment. The run can then be resumed"
        )

    @property
    def alive(self) -> bool:
        """Whether the window is open, and clips for it are drawn.

        Either process is started again when it dies, unless it dies too often.
        """
        draws = self._drawing is None or not self._drawing.given_up
        return _runs(self._window) and draws

    @property
    def has_left(self) -> bool:
        """Whether the person lets training go on without their answers."""
        return self._run is not None and RunFolder(self._run).no_more_answers.exists()

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
        if self._run is None or not _runs(self._window):
            return False
        from rlhf_gym.feedback import FeedbackStore  # the window is opened before it is imported

        with FeedbackStore.open(RunFolder(self._run).store) as store:
            progress = store.progress()
        return progress is not None and progress.state == "done"


def _runs(process: KeptProcess | None) -> bool:
    return process is not None and process.alive


def _end(process: KeptProcess | None) -> None:
    if process is not None:
        process.end()
