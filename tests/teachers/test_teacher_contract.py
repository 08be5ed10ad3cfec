"""Every teacher keeps the contract of `Teacher`, and one that breaks it is told what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from rlhf_gym import Judgement, Preference, Query
from rlhf_gym.teachers import (
    FunctionTeacher,
    Population,
    ScriptedTeacher,
    ShuffledTeacher,
    SyntheticTeacher,
    Teacher,
    WindowTeacher,
    teacher_of,
)
from rlhf_gym.teachers.contract import check_teacher


class Fickle(Teacher):
    """Changes its mind after every third query, and knows how many there were."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, query: Query) -> Judgement | None:
        self.asked += 1
        preference = Preference.FIRST if self.asked // 3 % 2 else Preference.SECOND
        return Judgement(query.id, preference, annotator="fickle", left=query.left)

    def state(self) -> dict[str, Any]:
        return {"asked": self.asked}

    def load_state(self, state: Any) -> None:
        self.asked = state["asked"]


class OnlyAnswers:
    """A user's object of another class, with nothing but ``answer``."""

    def answer(self, query: Query) -> Judgement | None:
        return Judgement(query.id, Preference.TIE, annotator="own")


class Live:
    """A user's object that answers in its own time; ``alive`` reads what ``start`` sets."""

    def answer(self, query: Query) -> Judgement | None:
        return None

    def check(self) -> None:
        pass

    def start(self, run_folder: Path | str) -> None:
        self.running = Path(run_folder).is_dir()

    def stop(self) -> None:
        self.running = False

    @property
    def alive(self) -> bool:
        return self.running


@pytest.mark.parametrize(
    "make",
    [
        SyntheticTeacher,
        lambda: SyntheticTeacher(beta=1.0, gamma=0.9, mistake=0.1, skip=0.2, equal=0.1, seed=3),
        lambda: Population(None, 3, beta=2.0, beta_spread=1.0, seed=1),
        lambda: FunctionTeacher(lambda first, second: float(first.actions.sum() > 2)),
        lambda: lambda first, second: None,
        lambda: ScriptedTeacher(cycle(["first", None, 0.5, "cannot_tell", "second"])),
        lambda: ShuffledTeacher(SyntheticTeacher(mistake=0.2, seed=4), seed=2),
        lambda: ShuffledTeacher(OnlyAnswers(), seed=2),
        Fickle,
        OnlyAnswers,
        Live,
    ],
)
def test_every_teacher_keeps_the_contract(make: Callable[[], Any]) -> None:
    check_teacher(make)


def test_people_of_different_tastes_keep_the_contract() -> None:
    check_teacher(lambda: Population(lambda observations, actions: observations, spread=0.5))


def test_the_window_keeps_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    check_teacher(lambda: WindowTeacher("ada"))


class Forgetful(Fickle):
    def state(self) -> dict[str, Any]:
        return {}

    def load_state(self, state: Any) -> None:
        pass


class Unsaveable(Fickle):
    def state(self) -> dict[str, Any]:
        return {"asked": {self.asked}}


class Answers(Teacher):
    """Gives one answer, whatever it is."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def answer(self, query: Query) -> Judgement | None:
        answer: Judgement | None = self._answer
        return answer


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (Forgetful, AssertionError, r"after load_state\(state\) the teacher must answer as"),
        (Unsaveable, TypeError, "set is not plain data"),
        (Teacher, NotImplementedError, r"Teacher must override answer\(query\)"),
        (lambda: Answers("first"), AssertionError, "must return a Judgement or None, not 'first'"),
        (
            lambda: Answers(Judgement(99, Preference.TIE, "own")),
            AssertionError,
            "must be of query 1, not of 99",
        ),
        (
            lambda: Answers(Judgement(1, Preference.UNDONE, "own")),
            AssertionError,
            "a Preference other than UNDONE",
        ),
        (lambda: Answers(Judgement(1, Preference.TIE, "")), AssertionError, "name its annotator"),
    ],
)
def test_a_teacher_that_breaks_the_contract_is_told_how(
    make: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        check_teacher(make)


def test_looking_for_the_kind_of_a_teacher_does_not_evaluate_alive() -> None:
    teacher = teacher_of(Live())
    assert teacher.live
    with pytest.raises(AttributeError, match="running"):
        _ = teacher.alive


def test_a_teacher_with_nothing_but_answer_is_not_live_and_has_all_hooks() -> None:
    teacher = teacher_of(OnlyAnswers())
    assert not teacher.live and teacher.alive
    teacher.check()
    teacher.start(Path("run"))
    teacher.episode_ended(1.0, 10)
    teacher.load_state(teacher.state())
    teacher.stop()


def test_only_an_object_that_starts_and_stops_is_live_unless_it_says_so() -> None:
    class Formula:
        def answer(self, query: Query) -> Judgement | None:
            return None

    class Person(Formula):
        alive = True

        def check(self) -> None: ...

        def start(self, run_folder: object) -> None: ...

        def stop(self) -> None: ...

    class Connected(Person):
        live = False

    assert not teacher_of(Formula()).live
    assert teacher_of(Person()).live
    assert not teacher_of(Connected()).live
