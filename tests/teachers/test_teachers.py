"""ScriptedTeacher, FunctionTeacher and what may stand for a teacher."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import pytest

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers import FunctionTeacher, ScriptedTeacher, SyntheticTeacher, teacher_of


def query(first: float = 1.0, second: float = 0.0) -> Query:
    def clip(reward: float) -> Clip:
        return Clip(np.zeros((1, 2)), np.zeros(1), np.array([reward], np.float32))

    return Query((clip(first), clip(second)), id=3, left=1)


def test_a_script_answers_in_order_and_then_no_more() -> None:
    teacher = ScriptedTeacher([Preference.SECOND, "tie", 1.0, None, Preference.CANNOT_TELL])
    answers = [teacher.answer(query()) for _ in range(6)]
    assert [answer and answer.preference.value for answer in answers] == [
        "second",
        "tie",
        "first",
        None,
        "cannot_tell",
        None,
    ]
    assert len(teacher.asked) == 6


def test_a_script_may_be_endless() -> None:
    teacher = ScriptedTeacher(cycle([0.0, 1.0]))
    answers = [teacher.answer(query()) for _ in range(100)]
    assert all(answer is not None for answer in answers)


def test_a_function_gets_both_clips_and_its_answer_is_stored_under_its_name() -> None:
    def prefers_higher(first: Clip, second: Clip) -> float:
        return float(first.true_return > second.true_return)

    judgement = FunctionTeacher(prefers_higher).answer(query(0.0, 1.0))
    assert judgement is not None
    assert judgement.preference is Preference.SECOND
    assert (judgement.query, judgement.annotator, judgement.left) == (3, "prefers_higher", 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Preference.CANNOT_TELL, "cannot_tell"),
        ("second", "second"),
        (0, "second"),
        (0.5, "tie"),
        (np.float32(1), "first"),
        (np.bool_(True), "first"),
        (np.array([1.0]), "first"),
    ],
)
def test_a_function_may_answer_in_several_ways(value: Any, expected: str) -> None:
    judgement = FunctionTeacher(lambda first, second: value).answer(query())
    assert judgement is not None and judgement.preference.value == expected


@pytest.mark.parametrize(
    "value", [0.7, -1, float("nan"), "left", Preference.UNDONE, [1, 0], np.array([1.0, 0.0]), {}]
)
def test_a_functions_nonsense_is_refused_with_what_it_was(value: Any) -> None:
    def nonsense(first: Clip, second: Clip) -> Any:
        return value

    with pytest.raises(ValueError, match=r"'nonsense'.*is no answer; expected") as error:
        FunctionTeacher(nonsense).answer(query())
    assert repr(value) in str(error.value)


def test_a_function_may_skip_a_pair() -> None:
    assert FunctionTeacher(lambda first, second: None).answer(query()) is None


def test_names_functions_and_teachers_all_stand_for_a_teacher() -> None:
    scripted = ScriptedTeacher([])
    assert teacher_of(scripted) is scripted
    assert isinstance(teacher_of("synthetic", seed=4), SyntheticTeacher)
    function = teacher_of(lambda first, second: 0.5, annotator="me")
    assert isinstance(function, FunctionTeacher) and function.annotator == "me"


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("sythetic", ValueError, "no teacher 'sythetic'; expected 'window', 'person', 'synthetic'"),
        (SyntheticTeacher, TypeError, r"give an instance: SyntheticTeacher\(...\)"),
        (3, ValueError, "function must be a function, but is 3"),
    ],
)
def test_what_cannot_answer_is_refused(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        teacher_of(value)


def test_the_window_is_loaded_only_where_it_is_asked_for() -> None:
    import subprocess
    import sys

    loaded = "import sys, rlhf_gym.teachers; print('rlhf_gym.teachers.window' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert output.stdout.strip() == "False"
