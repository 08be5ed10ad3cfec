"""What is asked of a teacher (a query) and what a teacher can say (a judgement)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from rlhf_gym.clips import Clip

__all__ = [
    "Judgement",
    "LiveTeacher",
    "Preference",
    "Query",
    "ScheduleName",
    "Strategy",
    "Teacher",
    "TeacherFunction",
]

Strategy = Literal["uniform", "disagreement", "entropy", "diverse"]
"""Which clips are asked about, see `rlhf_gym.queries`."""
ScheduleName = Literal["hyperbolic", "constant"]
"""When labels are asked for, see `rlhf_gym.queries`."""
QueryKind = Literal["normal", "repeat", "practice"]


class Preference(str, Enum):
    """One answer to "which of the two clips shows better behaviour?".

    ``FIRST`` and ``SECOND`` name clips, never sides of a screen. ``UNDONE`` is not an answer: it is
    what an undo appends, so that the query is open again.

    >>> Preference.FIRST.label, Preference.TIE.label, Preference.CANNOT_TELL.label
    (1.0, 0.5, None)
    """

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    CANNOT_TELL = "cannot_tell"
    UNDONE = "undone"

    @property
    def label(self) -> float | None:
        """Probability that the first clip is better, or None where nothing can be learned."""
        return _LABELS.get(self)

    @property
    def swapped(self) -> Preference:
        """The same answer about the same two clips in the other order."""
        return _SWAPPED.get(self, self)


_LABELS = {Preference.FIRST: 1.0, Preference.SECOND: 0.0, Preference.TIE: 0.5}
_SWAPPED = {
    Preference.FIRST: Preference.SECOND,
    Preference.SECOND: Preference.FIRST,
}


@dataclass(frozen=True)
class Query:
    """Two clips that a teacher is asked to compare.

    Attributes:
        clips: the first and the second clip.
        strategy: the name of the query strategy that chose the pair, e.g. ``"disagreement"``.
        score: what the strategy gave the pair (its own unit; 0 for uniform).
        left: which clip stands on the left of a screen, 0 (the first) or 1 (the second).
        round: the round of asking and fitting in which it was chosen, from 0.
        kind: ``"normal"``, ``"repeat"`` (an earlier pair again, sides swapped) or ``"practice"``.
        id: the store's number of it, 0 until it is stored.
    """

    clips: tuple[Clip, Clip]
    strategy: str = "uniform"
    score: float = 0.0
    left: int = 0
    round: int = 0
    kind: QueryKind = "normal"
    id: int = 0


@dataclass(frozen=True)
class Judgement:
    """One answer of one annotator to one query; append-only.

    Attributes:
        query: the id of the query.
        preference: the answer.
        annotator: who answered (a person's name, or a formula's).
        response_seconds: time from the first showing to the answer, pauses left out.
        left: which clip stood on the left, 0 or 1.
        instruction: the version of the instruction text that was shown.
        full_pass: whether both clips had played to their ends at least once.
        replays: how often the annotator asked to see the pair again.
        speed: playback speed at the answer, 1 = the environment's own.
        flagged: whether the annotator flagged the pair.
        note: the annotator's note.
        created: Unix time in seconds; 0 until it is stored.
        supersedes: the id of the annotator's earlier judgement of this query that this replaces.
        id: the store's number of it, 0 until it is stored.
    """

    query: int
    preference: Preference
    annotator: str
    response_seconds: float = 0.0
    left: int = 0
    instruction: str = ""
    full_pass: bool = True
    replays: int = 0
    speed: float = 1.0
    flagged: bool = False
    note: str = ""
    created: float = field(default=0.0, compare=False)
    supersedes: int | None = None
    id: int = 0


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
