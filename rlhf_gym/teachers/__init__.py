"""Teachers: who answers queries. A person, a formula and a script have the same type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlhf_gym.teachers.function import FunctionTeacher
from rlhf_gym.teachers.population import Population
from rlhf_gym.teachers.scripted import ScriptedTeacher
from rlhf_gym.teachers.shuffled import ShuffledTeacher
from rlhf_gym.teachers.synthetic import SyntheticTeacher
from rlhf_gym.teachers.teacher import Teacher, TeacherFunction

if TYPE_CHECKING:
    from rlhf_gym.teachers.window import WindowTeacher

__all__ = [
    "FunctionTeacher",
    "Population",
    "ScriptedTeacher",
    "ShuffledTeacher",
    "SyntheticTeacher",
    "WindowTeacher",
    "teacher_of",
]


def teacher_of(
    value: str | Teacher | TeacherFunction, *, seed: int = 0, annotator: str | None = None
) -> Teacher:
    """The teacher that ``value`` means.

    Args:
        value: ``"window"`` (a person), ``"synthetic"`` (the oracle), a teacher, or a function of
            two clips.
        seed: seed of a synthetic teacher made here.
        annotator: name of the person at the window, or of the function.

    Raises:
        ValueError: there is no teacher of that name.
        TypeError: it is nothing that can answer.

    >>> type(teacher_of("synthetic")).__name__, type(teacher_of(lambda a, b: 0.5)).__name__
    ('SyntheticTeacher', 'FunctionTeacher')
    """
    if value == "window":
        from rlhf_gym.teachers.window import WindowTeacher

        return WindowTeacher(annotator)
    if value == "synthetic":
        return SyntheticTeacher(seed=seed)
    if isinstance(value, str):
        raise ValueError(
            f"there is no teacher {value!r}; expected 'window', 'synthetic', a teacher such as "
            "SyntheticTeacher(mistake=0.1), or a function of two clips"
        )
    if isinstance(value, type):
        raise TypeError(f"the teacher is a class; give an instance: {value.__name__}(...)")
    if callable(getattr(value, "answer", None)):
        return value  # type: ignore[return-value]
    return FunctionTeacher(value, annotator)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    """Load the window's teacher only where it is asked for."""
    if name == "WindowTeacher":
        from rlhf_gym.teachers.window import WindowTeacher

        return WindowTeacher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
