"""Gaps between pairs: the last one stays on the screen until the next one comes."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.labelling.state import Item, Screen, State

__all__ = ["lingering", "missed", "missed_recently"]

LINGER_SECONDS = 20.0
"""Seconds after which a page that says more takes the place of the last pair."""
MISSED_SECONDS = 2.0
"""Seconds for which the window says that an answer was not taken."""


def lingering(state: State) -> Item | None:
    """Return the pair that was answered last, while the next one is chosen or drawn; or None.

    >>> from rlhf_gym.feedback.judgement import Judgement, Preference
    >>> from rlhf_gym.labelling.state import Pair
    >>> item = Item(Pair(7), Judgement(7, Preference.FIRST, "ada"))
    >>> state = State("ada", items=(item,), index=1, gap=0.0, now=3.0)
    >>> lingering(state).pair.query, lingering(replace(state, now=30.0))
    (7, None)
    """
    works = state.status.runs and not (state.left or state.skipped)
    if state.base is not Screen.WAITING or state.gap is None or not state.index or not works:
        return None
    if state.now - state.gap >= LINGER_SECONDS:
        return None
    last = state.items[state.index - 1]
    return last if last.given is not None and last.pair.purpose != "practice" else None


def missed(state: State) -> State:
    """Note that an answer was given which no pair takes, so that the window says so."""
    return replace(state, missed=state.now)


def missed_recently(state: State) -> bool:
    """Whether the window says that an answer was not taken."""
    return state.missed is not None and state.now - state.missed < MISSED_SECONDS
