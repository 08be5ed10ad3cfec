"""Teachers: who answers queries; a person, a formula and a script all share one type, `Teacher`.

Takes queries (two clips) and returns judgements; a live teacher reads queries from the store and
writes judgements to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

from rlhf_gym.envs.known import score_of
from rlhf_gym.teachers.adapted import as_teacher
from rlhf_gym.teachers.function import FunctionTeacher
from rlhf_gym.teachers.person import PersonTeacher
from rlhf_gym.teachers.population import Population
from rlhf_gym.teachers.scripted import ScriptedTeacher
from rlhf_gym.teachers.shuffled import ShuffledTeacher
from rlhf_gym.teachers.synthetic import SyntheticTeacher
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher, TeacherFunction

if TYPE_CHECKING:
    from rlhf_gym.teachers.window import WindowTeacher

__all__ = [
    "FunctionTeacher",
    "PersonTeacher",
    "Population",
    "ScriptedTeacher",
    "ShuffledTeacher",
    "SyntheticTeacher",
    "Teacher",
    "WindowTeacher",
    "teacher_of",
]

FORMULAS: dict[str, type[PersonTeacher | SyntheticTeacher]] = {
    "person": PersonTeacher,
    "synthetic": SyntheticTeacher,
}
"""Simulated teachers by their names."""

__getattr__, *_ = attach(__name__, submod_attrs={"window": ["WindowTeacher"]})


def teacher_of(
    value: str | Teacher | AnswersQueries | TeacherFunction,
    *,
    seed: int = 0,
    annotator: str | None = None,
    env_id: str | None = None,
) -> Teacher:
    """Return the teacher that ``value`` means.

    Args:
        value: ``"window"`` (a person), ``"person"`` (a formula that answers as people do),
            ``"synthetic"`` (the oracle), a teacher, any object with a method ``answer``, or a
            function of two clips.
        seed: seed of a formula.
        annotator: name of the person at the window, or of the function.
        env_id: environment whose score a formula judges by, if `score_of` has one; else it judges
            by the true reward.

    Raises:
        ValueError: if there is no teacher of that name.
        TypeError: if it cannot answer.

    >>> type(teacher_of("synthetic")).__name__, type(teacher_of(lambda a, b: 0.5)).__name__
    ('SyntheticTeacher', 'FunctionTeacher')
    """
    if value == "window":
        from rlhf_gym.teachers.window import WindowTeacher

        return WindowTeacher(annotator)
    if isinstance(value, str) and value in FORMULAS:
        return FORMULAS[value](seed=seed, score=score_of(env_id) if env_id else None)
    if isinstance(value, str):
        raise ValueError(
            f"there is no teacher {value!r}; expected 'window', 'person', 'synthetic', a teacher "
            "such as SyntheticTeacher(mistake=0.1), or a function of two clips"
        )
    if isinstance(value, type):
        raise TypeError(f"the teacher is a class; give an instance: {value.__name__}(...)")
    if callable(getattr(value, "answer", None)):
        return as_teacher(value)  # type: ignore[arg-type]
    return FunctionTeacher(value, annotator)  # type: ignore[arg-type]
