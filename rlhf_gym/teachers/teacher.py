"""Teacher: whoever answers queries, with a hook for each thing that happens in a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query

__all__ = ["AnswersQueries", "Teacher", "TeacherFunction"]


class Teacher:
    """Whoever answers queries: a person, a formula or a script.

    Override `answer`. The other methods are hooks that do nothing; override those that your teacher
    needs. `rlhf_gym.teachers.contract.check_teacher` checks that it does what a training expects.

    There are two kinds. One answers at once: `answer` returns the judgement, and the training
    stores it. The other is *live*: it answers in its own time, reads the open queries from the
    store of the run, and records its judgements there itself, as the window does. Then `answer`
    returns None, and the training waits for the labels as ``HumanFeedback(wait=...)`` says.

    Attributes:
        live: whether the teacher answers in its own time, through the store.
        human: whether it is a formula that stands for a person.

    >>> from rlhf_gym import Judgement, Preference
    >>> class Eager(Teacher):
    ...     "Prefers the clip in which more is done."
    ...
    ...     def answer(self, query):
    ...         first, second = (abs(clip.actions).sum() for clip in query.clips)
    ...         preference = Preference.FIRST if first > second else Preference.SECOND
    ...         return Judgement(query.id, preference, annotator="eager", left=query.left)
    """

    live: bool = False
    human: bool = False

    def answer(self, query: Query) -> Judgement | None:
        """Return the judgement of ``query``, or None if there is none.

        If a teacher that answers at once returns None, the query is withdrawn, and other clips are
        asked about instead.
        """
        raise NotImplementedError(f"{type(self).__name__} must override answer(query)")

    def check(self) -> None:
        """Raise an error if the teacher cannot work here; called before any time is spent."""

    def start(self, run: Path) -> None:
        """Begin to answer the queries in the store of the run folder ``run``.

        Called when training begins or goes on, but only if there is a run folder, as there always
        is for a live teacher.
        """

    def stop(self) -> None:
        """Stop answering; called when training ends."""

    @property
    def like_a_person(self) -> bool:
        """Whether it is asked as a person is: live teachers are, and those that stand for one.

        The clips are then such as a person can judge, and no more than they have time for.
        """
        return self.live or self.human

    @property
    def failure(self) -> str:
        """Why nobody can be asked any more, with which training ends; empty while they can."""
        return ""

    @property
    def alive(self) -> bool:
        """Whether a live teacher can still answer; if not, waiting for it ends the training."""
        return True

    @property
    def has_left(self) -> bool:
        """Whether a live teacher answers no more, so that training goes on with what it knows."""
        return False

    def episode_ended(self, true_return: float, length: int) -> None:
        """Take note of a training episode: its true return, and its length in steps."""

    def state(self) -> dict[str, Any]:
        """Return what `load_state` needs to go on exactly here, as plain data.

        Plain data are numbers, strings, None, NumPy arrays and generators, and lists, tuples and
        dictionaries of them. It is written into each checkpoint.
        """
        return {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""


class AnswersQueries(Protocol):
    """Any object with the method ``answer``; `teacher_of` makes a `Teacher` of it."""

    def answer(self, query: Query) -> Judgement | None:
        """Return the judgement of ``query``, or None if there is none."""


TeacherFunction = Callable[[Clip, Clip], "Preference | float | None"]
"""A plain function as teacher: returns the preference, the probability that the first clip is
better (0, 0.5 or 1), or None to skip the pair."""
