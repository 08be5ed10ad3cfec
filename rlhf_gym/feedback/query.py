"""Query: what a teacher is asked about clips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rlhf_gym.clips.clip import Clip

__all__ = ["Kind", "Purpose", "Query"]

Kind: TypeAlias = Literal["comparison"]
"""What can be answered: which of two clips is better."""
Purpose: TypeAlias = Literal["label", "repeat", "practice"]
"""Why a query is asked: to learn from its answer, to measure self-agreement, or to practise."""


@dataclass(frozen=True)
class Query:
    """A question about clips.

    Attributes:
        clips: the first and the second clip.
        strategy: the name of the query strategy that chose the pair, e.g. ``"disagreement"``.
        score: the strategy's score of the pair (in its own unit; 0 for uniform).
        left: the clip that is shown on the left of a screen, 0 (the first) or 1 (the second).
        round: the round of asking and fitting in which it was chosen, from 0.
        purpose: ``"label"``, ``"repeat"`` (an earlier pair again, sides swapped) or ``"practice"``.
        kind: what can be answered.
        id: its number in the store, 0 until it is stored.
    """

    clips: tuple[Clip, Clip]
    strategy: str = "uniform"
    score: float = 0.0
    left: int = 0
    round: int = 0
    purpose: Purpose = "label"
    kind: Kind = "comparison"
    id: int = 0
