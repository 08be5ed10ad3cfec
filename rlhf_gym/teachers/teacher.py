"""Teacher: whoever answers queries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query

__all__ = ["LiveTeacher", "Teacher", "TeacherFunction"]


class Teacher(Protocol):
    """Whatever answers queries: a person, a formula, a script."""

    def answer(self, query: Query) -> Judgement | None:
        """The judgement of ``query``, or None where there is none (yet, or ever)."""


@runtime_checkable
class LiveTeacher(Teacher, Protocol):
    """A teacher who answers in its own time and commits judgements to the store itself."""

    def check(self) -> None:
        """Raise now what would keep `start` from working."""

    def start(self, run_folder: Path | str) -> None:
        """Begin to show the queries of the store in the folder."""

    def stop(self) -> None:
        """Stop showing queries; what was answered is in the store."""

    @property
    def alive(self) -> bool:
        """Whether somebody can still answer."""


TeacherFunction = Callable[[Clip, Clip], "Preference | float | None"]
"""A plain function as teacher: the preference, the probability that the first clip is better
(0, 0.5 or 1), or None to skip the pair."""
