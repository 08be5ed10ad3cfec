"""A `Teacher` made of any object that answers queries."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher

__all__ = ["AdaptedTeacher", "as_teacher"]


def as_teacher(answers: Teacher | AnswersQueries) -> Teacher:
    """Return ``answers`` itself if it is a `Teacher`, else an `AdaptedTeacher` of it."""
    return answers if isinstance(answers, Teacher) else AdaptedTeacher(answers)


class AdaptedTeacher(Teacher):
    """Call those hooks of `Teacher` that an object of another class has, and do nothing else.

    The object is live if it says so by an attribute ``live``, or else if it has ``start``, ``stop``
    and ``alive``. None of these is evaluated to find out, since ``alive`` may read what ``start``
    sets.

    >>> class Skips:
    ...     def answer(self, query):
    ...         return None
    >>> teacher = AdaptedTeacher(Skips())
    >>> teacher.live, teacher.alive, teacher.state()
    (False, True, {})
    """

    def __init__(self, answers: AnswersQueries) -> None:
        """Adapt ``answers``, an object with a method ``answer``."""
        self.adapted: Any = answers
        looks_live = all(self._has(name) for name in ("start", "stop", "alive"))
        self.live = bool(answers.live) if self._has("live") else looks_live  # type: ignore[attr-defined]

    def answer(self, query: Query) -> Judgement | None:
        """Return what the object answers."""
        judgement: Judgement | None = self.adapted.answer(query)
        return judgement

    def check(self) -> None:
        """Let the object check that it can work."""
        self._call("check")

    def start(self, run: Path) -> None:
        """Start the object."""
        self._call("start", run)

    def stop(self) -> None:
        """Stop the object."""
        self._call("stop")

    @property
    def failure(self) -> str:
        """Why the object can ask nobody any more."""
        return str(self.adapted.failure) if self._has("failure") else ""

    @property
    def alive(self) -> bool:
        """Whether the object can still answer."""
        return bool(self.adapted.alive) if self._has("alive") else True

    @property
    def has_left(self) -> bool:
        """Whether the object says that it answers no more."""
        return self._has("has_left") and bool(self.adapted.has_left)

    def episode_ended(self, true_return: float, length: int) -> None:
        """Report a training episode to the object."""
        self._call("episode_ended", true_return, length)

    def state(self) -> dict[str, Any]:
        """Return the state of the object."""
        state: dict[str, Any] | None = self._call("state")
        return state or {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore the state of the object."""
        self._call("load_state", state)

    def _has(self, name: str) -> bool:
        # Not hasattr, which evaluates properties. An attribute may also be set in __init__.
        return inspect.getattr_static(self.adapted, name, None) is not None

    def _call(self, name: str, *arguments: Any) -> Any:
        return getattr(self.adapted, name)(*arguments) if self._has(name) else None
