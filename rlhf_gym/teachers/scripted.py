"""ScriptedTeacher: answers written down before, for tests and replays."""

from __future__ import annotations

from collections.abc import Iterable

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.function import preference_of

__all__ = ["ScriptedTeacher"]


class ScriptedTeacher:
    """Give the answers of a script in their order; None behind its end.

    Attributes:
        asked: the queries so far, oldest first.

    >>> teacher = ScriptedTeacher(["first", None, 0.5])
    """

    def __init__(self, answers: Iterable[Preference | float | str | None]) -> None:
        """Take the answers as `preference_of` knows them; None skips a query.

        The iterable is read as queries come, so it may be endless.
        """
        self.asked: list[Query] = []
        self._answers = iter(answers)

    def answer(self, query: Query) -> Judgement | None:
        """The next answer of the script.

        Raises:
            ValueError: it is no answer.
        """
        self.asked.append(query)
        value = next(self._answers, None)
        if value is None:
            return None
        return Judgement(query.id, preference_of(value), annotator="script", left=query.left)
