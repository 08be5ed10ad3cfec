"""ScriptedTeacher: answers that were written down before, for tests and replays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rlhf_gym.basics.checks import check_arguments
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.function import preference_of
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["ScriptedTeacher"]


class ScriptedTeacher(Teacher):
    """Give the answers of a script in their order, and None after the last.

    Attributes:
        asked: the queries so far, oldest first; those before a checkpoint are not kept.

    >>> teacher = ScriptedTeacher(["first", None, 0.5])
    """

    def __init__(self, answers: Iterable[Preference | float | str | None]) -> None:
        """Take the answers in the forms that `preference_of` reads; None skips a query.

        The iterable is read as queries come, so it may be endless.
        """
        check_arguments(ScriptedTeacher.__init__, locals())
        self.asked: list[Query] = []
        self._answers = iter(answers)
        self._given = 0

    def answer(self, query: Query) -> Judgement | None:
        """Return the next answer of the script.

        Raises:
            ValueError: if it is no answer.
        """
        self.asked.append(query)
        self._given += 1
        value = next(self._answers, None)
        if value is None:
            return None
        return Judgement(query.id, preference_of(value), annotator="script", left=query.left)

    def state(self) -> dict[str, Any]:
        """Return how many answers were given."""
        return {"given": self._given}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Skip the answers that were given before ``state`` was taken."""
        while self._given < state["given"]:
            self._given += 1
            next(self._answers, None)
