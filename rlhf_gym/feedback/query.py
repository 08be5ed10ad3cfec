"""Query: two clips that a teacher is asked to compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rlhf_gym.clips.clip import Clip

__all__ = ["Query", "QueryKind"]

QueryKind = Literal["normal", "repeat", "practice"]


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
