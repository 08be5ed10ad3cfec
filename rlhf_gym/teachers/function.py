"""FunctionTeacher: a plain function that compares two clips."""

from __future__ import annotations

from rlhf_gym.basics.checks import Text, check_arguments, check_takes
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.teacher import Teacher, TeacherFunction

__all__ = ["FunctionTeacher", "preference_of"]


class FunctionTeacher(Teacher):
    """Ask a function of two clips, which may answer in all the ways that `preference_of` reads.

    >>> import numpy as np
    >>> from rlhf_gym.clips.clip import Clip
    >>> still, moving = (Clip(np.zeros((2, 1)), np.zeros(2), np.zeros(2)) for _ in range(2))
    >>> teacher = FunctionTeacher(lambda first, second: 1.0 if first is moving else 0.0)
    >>> teacher.answer(Query((still, moving))).preference.value
    'second'
    """

    def __init__(self, function: TeacherFunction, annotator: Text | None = None) -> None:
        """Wrap ``function``; its answers are stored under ``annotator``, by default its name.

        Raises:
            ValueError: if it cannot be called with two clips.
        """
        check_arguments(FunctionTeacher.__init__, locals())
        check_takes("the teacher function", function, "the first clip", "the second clip")
        self.function = function
        self.annotator = str(annotator or getattr(function, "__name__", type(function).__name__))

    def answer(self, query: Query) -> Judgement | None:
        """Return the function's judgement, or None if it skips the pair.

        Raises:
            ValueError: if the function returns anything else.
        """
        value = self.function(*query.clips)
        if value is None:
            return None
        try:
            preference = preference_of(value)
        except ValueError as error:
            raise ValueError(f"the teacher function {self.annotator!r}: {error}") from error
        return Judgement(query.id, preference, annotator=self.annotator, left=query.left)


def preference_of(value: object) -> Preference:
    """Return the preference that an answer of a function or a script means.

    Args:
        value: a `Preference`, its value (``"first"``), or the probability that the first clip is
            better: 0, 0.5 or 1 (so that False and True mean second and first).

    Raises:
        ValueError: if it is none of these.

    >>> preference_of(0.5).value, preference_of("cannot_tell").value, preference_of(True).value
    ('tie', 'cannot_tell', 'first')
    """
    for preference in Preference:
        if preference is Preference.UNDONE:
            continue
        if isinstance(value, str):
            if value == preference.value:
                return preference
        elif preference.label is not None and _equal(value, preference.label):
            return preference
    raise ValueError(
        f"{value!r} is no answer; expected Preference.FIRST, SECOND, TIE or CANNOT_TELL, the "
        "probability that the first clip is better (0, 0.5 or 1), or None to skip the pair"
    )


def _equal(value: object, label: float) -> bool:
    try:
        return bool(value == label)
    except (TypeError, ValueError):  # arrays of several numbers have no truth value
        return False
