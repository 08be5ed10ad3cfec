"""What every teacher must do, as checks that you can run on your own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.plain_data import decode, encode
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.teachers import teacher_of
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher, TeacherFunction

__all__ = ["check_teacher", "sample_queries"]

MakeTeacher = Callable[[], "str | Teacher | AnswersQueries | TeacherFunction"]


def check_teacher(make: MakeTeacher, queries: Sequence[Query] | None = None) -> None:
    """Check that a teacher does what a training expects of it.

    A teacher that answers at once must give judgements that the store can record, and go on from
    its `Teacher.state` as if it had not been stopped. A live teacher is started on a run folder
    with a query in its store, and stopped again; it need not answer.

    Args:
        make: makes the teacher, the same at each call: what ``HumanFeedback(teacher=...)`` takes.
        queries: to be answered, numbered from 1; by default `sample_queries`, of clips whose
            observations have four numbers and whose actions are 0 or 1.

    Raises:
        AssertionError: if the teacher breaks a rule; the message names it.

    >>> from rlhf_gym.teachers import SyntheticTeacher
    >>> check_teacher(lambda: SyntheticTeacher(mistake=0.1, seed=3))
    >>> check_teacher(lambda: lambda first, second: "left")
    Traceback (most recent call last):
        ...
    ValueError: the teacher function '<lambda>': 'left' is no answer; expected ...
    """
    queries = sample_queries() if queries is None else queries
    teacher = teacher_of(make())
    assert isinstance(teacher.live, bool), f"live must be True or False, but is {teacher.live!r}"
    if teacher.live:
        _check_live(teacher, queries)
        return
    teacher.check()
    for query in queries:
        _check_answer(query, teacher.answer(query))
    teacher.stop()
    _check_state(make, queries)


def sample_queries(n: int = 20, *, length: int = 5, seed: int = 0) -> list[Query]:
    """Return ``n`` queries of random clips of ``length`` steps, numbered from 1."""
    rng = np.random.default_rng(seed)

    def clip() -> Clip:
        observations = rng.normal(size=(length, 4)).astype(np.float32)
        actions = rng.integers(2, size=length)
        return Clip(observations, actions, rng.normal(size=length).astype(np.float32))

    return [Query((clip(), clip()), left=i % 2, id=i) for i in range(1, n + 1)]


def _check_answer(query: Query, judgement: object) -> None:
    if judgement is None:
        return
    assert isinstance(judgement, Judgement), (
        f"answer(query) must return a Judgement or None, not {judgement!r}"
    )
    assert judgement.query == query.id, (
        f"the judgement must be of query {query.id}, not of {judgement.query}: "
        "Judgement(query.id, ...)"
    )
    said = judgement.preference
    assert isinstance(said, Preference) and said is not Preference.UNDONE, (
        f"the judgement must hold a Preference other than UNDONE, not {said!r}"
    )
    assert judgement.annotator and isinstance(judgement.annotator, str), (
        "the judgement must name its annotator"
    )


def _check_state(make: MakeTeacher, queries: Sequence[Query]) -> None:
    """A second teacher, which takes over the state of the first, must answer as the first does."""
    first, second = teacher_of(make()), teacher_of(make())
    half = len(queries) // 2
    for number, query in enumerate(queries[:half]):
        first.answer(query)
        first.episode_ended(float(number), 10)
    second.load_state(decode(json.loads(json.dumps(encode(first.state())))))
    for query in queries[half:]:
        expected, answer = first.answer(query), second.answer(query)
        assert expected == answer, (
            f"after load_state(state) the teacher must answer as the one that gave the state, but "
            f"query {query.id} got {answer!r} instead of {expected!r}: does state() hold all that "
            "answers depend on?"
        )


def _check_live(teacher: Teacher, queries: Sequence[Query]) -> None:
    """A live teacher must start and stop, again if wanted, and leave answers to the store."""
    teacher.check()
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        run.create()
        with FeedbackStore.create(run.store, environment=EnvironmentRecord("CartPole-v1")) as store:
            (stored,) = store.add_queries([replace(queries[0], id=0)])
            for _ in range(2):
                teacher.start(run.path)
                try:
                    assert isinstance(teacher.alive, bool), f"alive is {teacher.alive!r}, no bool"
                    _check_answer(stored, teacher.answer(stored))
                    encode(teacher.state())
                finally:
                    teacher.stop()
            teacher.stop()
