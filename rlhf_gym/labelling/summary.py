"""The summary of a session: counts, time, side bias and self-agreement."""

from __future__ import annotations

from dataclasses import dataclass

from rlhf_gym.feedback.agreement import AnsweredPair, self_agreement
from rlhf_gym.labelling.state import Choice, Item, State

__all__ = ["Summary", "seconds_per_label", "summarise"]


@dataclass(frozen=True)
class Summary:
    """A session in numbers.

    Attributes:
        answers: answers in force.
        counts: how many of them were of each kind.
        seconds: time spent on them until each was given, pauses left out, as it is stored.
        pace: mean seconds per answer, or None.
        repeats: pairs that were shown a second time and judged both times.
        agreement: share of those judged alike, or None.
    """

    answers: int
    counts: dict[Choice, int]
    seconds: float
    pace: float | None
    repeats: int
    agreement: float | None


def _times(state: State) -> list[float]:
    return [item.given.response_seconds for item in state.answered if item.given is not None]


def seconds_per_label(state: State) -> float | None:
    """Mean response time of this session, in seconds."""
    times = _times(state)
    return sum(times) / len(times) if times else None


def summarise(state: State) -> Summary:
    """Summarise this session."""
    answered = state.answered
    counts = {choice: sum(item.choice is choice for item in answered) for choice in Choice}
    again = self_agreement(map(_answered_pair, answered))
    return Summary(
        answers=len(answered),
        counts=counts,
        seconds=sum(_times(state)),
        pace=seconds_per_label(state),
        repeats=again.total,
        agreement=again.value if again.total else None,
    )


def _answered_pair(item: Item) -> AnsweredPair:
    """Return an answer with its clips in the order of the query, not of the screen."""
    assert item.given is not None
    left, right = item.pair.clips
    clips = (left, right) if item.pair.left == 0 else (right, left)
    return AnsweredPair(item.given, clips, item.pair.purpose)
