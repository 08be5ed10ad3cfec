"""Judgement: one answer of one annotator to a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Judgement", "Preference"]


class Preference(str, Enum):
    """One answer to "which of the two clips shows better behaviour?".

    ``FIRST`` and ``SECOND`` name clips, never sides of a screen. ``UNDONE`` is not an answer:
    an undo appends it, which opens the query again. It also keeps the flag and the note of a pair
    that has no answer.

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
        """The same answer for the two clips in the other order."""
        return _SWAPPED.get(self, self)


_LABELS = {Preference.FIRST: 1.0, Preference.SECOND: 0.0, Preference.TIE: 0.5}
_SWAPPED = {Preference.FIRST: Preference.SECOND, Preference.SECOND: Preference.FIRST}


@dataclass(frozen=True)
class Judgement:
    """One answer of one annotator to one query; append-only.

    Attributes:
        query: the id of the query.
        preference: the answer.
        annotator: name of the person or of the simulated teacher.
        response_seconds: time from the first showing to the answer, pauses left out.
        left: the clip that was shown on the left, 0 or 1.
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
