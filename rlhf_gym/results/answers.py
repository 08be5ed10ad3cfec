"""AnswerLog: the answers of a run, read from its store and counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rlhf_gym.feedback import Media, Progress, StoreError, StoreReader
from rlhf_gym.feedback.agreement import AnsweredPair, Share
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.labels import Labels
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = [
    "Answer",
    "AnswerLog",
    "answer_shares",
    "human_minutes",
    "read_answers",
    "seen_shares",
    "side_bias",
]

AT_A_TIME = 32
"""Queries held in memory at once: clips of images are large."""


@dataclass(frozen=True)
class Answer(AnsweredPair):
    """A judgement in force with what a report shows about its query.

    Attributes:
        strategy: the query strategy that chose the query.
        score: the score that the strategy gave the query.
        predicted: probability that the first clip is better, by the current reward model.
        true_returns: the clips' true returns.
    """

    strategy: str = ""
    score: float = 0.0
    predicted: float | None = None
    true_returns: tuple[float, float] = (math.nan, math.nan)

    @property
    def contradicted(self) -> bool:
        """Whether the reward model finds another answer more probable."""
        return self.dispute > (0.25 if self.judgement.preference is Preference.TIE else 0.5)

    @property
    def dispute(self) -> float:
        """``|prediction - label|`` where both are known, else -1."""
        label = self.judgement.preference.label
        if label is None or self.predicted is None:
            return -1.0
        return abs(self.predicted - label)


@dataclass(frozen=True)
class AnswerLog:
    """All answers of a run.

    Attributes:
        answers: the judgements in force, in the order in which they were given.
        asked: queries that were asked, withdrawn ones included.
        withdrawn: queries that gave way to newer ones before anybody answered them.
        undone: judgements that were taken back.
        remarks: what each person said last of a pair that they flagged or wrote a note about, the
            newest first, also if it has no answer.
        media: files of the clips that were drawn, by the clip's number.
        env_id: the environment.
        goal: what the agent should do, as shown to annotators.
        awaited: labels without which training does not begin, until it has; else 0.
        agent_step: training steps that the trainer has published, at most those planned.
        failure: the error with which the training ended, else empty.
        problem: the reason why the store could not be read, or an empty text.
    """

    answers: tuple[Answer, ...] = ()
    asked: int = 0
    withdrawn: int = 0
    undone: int = 0
    remarks: tuple[Answer, ...] = ()
    media: dict[int, Path] = field(default_factory=dict)
    env_id: str = ""
    goal: str = ""
    awaited: int = 0
    agent_step: int = 0
    failure: str = ""
    problem: str = ""

    @property
    def labels(self) -> int:
        """Number of labels, as `Labels` counts them."""
        labels = _labels_of(self.answers)
        labels.take(answer.judgement for answer in self.answers)
        return len(labels)

    @property
    def seconds(self) -> float:
        """Seconds that a person spent on all answers; a formula spends none."""
        return sum(answer.judgement.response_seconds for answer in self.answers)


def read_answers(path: Path, predict: Callable[[Query], float] | None = None) -> AnswerLog:
    """Read the judgements of a store file; a missing or broken one gives an empty log.

    Args:
        path: the store's file.
        predict: returns the probability that a query's first clip is better.
    """
    if not path.is_file():
        return AnswerLog()
    try:
        with StoreReader.open(path) as store:
            return _read(store, path.parent, predict)
    except StoreError as error:
        return AnswerLog(problem=str(error))


def _read(store: StoreReader, run: Path, predict: Callable[[Query], float] | None) -> AnswerLog:
    log = store.judgements()
    in_force = [judgement for given in store.current().values() for judgement in given]
    in_force.sort(key=lambda judgement: judgement.id)
    answers = _answers(store, in_force, predict)
    known = {answer.judgement.id: answer for answer in answers}
    marked = _remarks(log)
    others = _answers(store, [each for each in marked if each.id not in known], predict)
    known |= {answer.judgement.id: answer for answer in others}
    clips = {clip for answer in known.values() for clip in answer.clips}
    found = {clip: media for clip in sorted(clips) if (media := store.media(clip)) is not None}
    counts, progress = store.counts(), store.progress()
    return AnswerLog(
        answers=tuple(answers),
        asked=counts.asked,
        withdrawn=counts.withdrawn,
        undone=_taken_back(log),
        remarks=tuple(known[judgement.id] for judgement in marked),
        media=_files(RunFolder(run), found),
        env_id=store.environment.env_id,
        goal=store.environment.goal,
        awaited=_awaited(progress),
        agent_step=0 if progress is None else progress.agent_step,
        failure="" if progress is None else progress.failure,
    )


def _awaited(progress: Progress | None) -> int:
    if progress is None or progress.state not in ("first labels", "stopped"):
        return 0
    return progress.awaited or 0


def _answers(
    store: StoreReader,
    judgements: Sequence[Judgement],
    predict: Callable[[Query], float] | None,
) -> list[Answer]:
    answers: list[Answer] = []
    for start in range(0, len(judgements), AT_A_TIME):
        part = judgements[start : start + AT_A_TIME]
        queries = store.queries([judgement.query for judgement in part])
        by_id = {query.id: query for query in queries}
        answers += [_answer(judgement, by_id[judgement.query], predict) for judgement in part]
    return answers


def _remarks(log: Sequence[Judgement]) -> list[Judgement]:
    """Return each person's last judgement of a query, if it has a flag or a note, newest first."""
    last = {(judgement.query, judgement.annotator): judgement for judgement in log}
    marked = (judgement for judgement in last.values() if judgement.flagged or judgement.note)
    return sorted(marked, key=lambda judgement: -judgement.id)


def _taken_back(log: Sequence[Judgement]) -> int:
    """Count the answers that were taken back; a remark on a pair without an answer is none."""
    by_id = {judgement.id: judgement for judgement in log}
    undone = (each for each in log if each.preference is Preference.UNDONE)
    before = (by_id.get(each.supersedes or 0) for each in undone)
    return sum(each is not None and each.preference is not Preference.UNDONE for each in before)


def _files(run: RunFolder, found: Mapping[int, Media]) -> dict[int, Path]:
    """Return the files of drawn clips, without those that are said to lie outside of the run."""
    files = {}
    for clip, media in found.items():
        with suppress(ValueError):
            files[clip] = run.inside(media.path)
    return files


def _answer(judgement: Judgement, query: Query, predict: Callable[[Query], float] | None) -> Answer:
    first, second = query.clips
    return Answer(
        judgement=judgement,
        clips=(first.id, second.id),
        purpose=query.purpose,
        strategy=query.strategy,
        score=query.score,
        predicted=None if predict is None else predict(query),
        true_returns=(first.true_return, second.true_return),
    )


def answer_shares(answers: Sequence[Answer]) -> dict[Preference, Share]:
    """Count each of the four answers."""
    given = [answer.judgement.preference for answer in answers]
    four = (Preference.FIRST, Preference.SECOND, Preference.TIE, Preference.CANNOT_TELL)
    return {answer: Share(given.count(answer), len(given)) for answer in four}


def seen_shares(answers: Sequence[Answer]) -> dict[str, Share]:
    """Count the four answers as annotators saw them: ``"left"``, ``"right"``, and those of none."""
    seen = [_seen(answer.judgement) for answer in answers]
    names = ("left", "right", Preference.TIE.value, Preference.CANNOT_TELL.value)
    return {name: Share(seen.count(name), len(seen)) for name in names}


def side_bias(answers: Sequence[Answer]) -> Share:
    """Count the choices of the left clip among all choices; 1/2 without a bias."""
    seen = [_seen(answer.judgement) for answer in answers]
    return Share(seen.count("left"), seen.count("left") + seen.count("right"))


def _seen(judgement: Judgement) -> str:
    """Name the side of the clip that was chosen, or the answer where none was."""
    clip = {Preference.FIRST: 0, Preference.SECOND: 1}.get(judgement.preference)
    if clip is None:
        return judgement.preference.value
    return "left" if clip == judgement.left else "right"


def human_minutes(answers: Sequence[Answer]) -> tuple[list[int], list[float]]:
    """Return the number of labels and the minutes of answering, after each new label.

    The time of answers that are no label counts too.
    """
    labels, counted = _labels_of(answers), list[int]()
    minutes, seconds = list[float](), 0.0
    for answer in answers:
        seconds += answer.judgement.response_seconds
        before = len(labels)
        labels.take([answer.judgement])
        if len(labels) > before:
            counted.append(len(labels))
            minutes.append(seconds / 60)
    return counted, minutes


def _labels_of(answers: Sequence[Answer]) -> Labels:
    """Return labels, without any yet, that know what the answers' queries were asked for."""
    return Labels({answer.judgement.query: answer.purpose for answer in answers}.__getitem__)
