"""Wanted: which pairs and pictures the loader is to fetch, as follows from the state."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rlhf_gym.labelling.state import Pair, Screen, State
from rlhf_gym.window.places import picture_size

__all__ = ["Wanted", "wanted_of"]


@dataclass(frozen=True)
class Wanted:
    """What the window needs; updated after every event.

    Attributes:
        known: the queries of this session.
        pending: those that wait for an answer.
        ahead: number of pairs from the one on the screen on.
        skipped: those that were skipped and have not come back, in the order of the skips.
        brings_back: whether one of these may come back, if there is no other.
        shown: the pairs whose pictures are needed, the most urgent first.
        size: the place of a picture in pixels.
        large: the place of the picture of the pair on the screen, where it is enlarged.
        finished: whether no further pair is wanted.
        arrivals: how many `Arrived` events the window has seen.
        films: the place of a film of the agent in pixels, or None while none is shown.
    """

    known: frozenset[int] = frozenset()
    pending: tuple[int, ...] = ()
    ahead: int = 0
    skipped: tuple[int, ...] = ()
    brings_back: bool = False
    shown: tuple[Pair, ...] = ()
    size: tuple[int, int] = (600, 400)
    large: tuple[int, int] | None = None
    finished: bool = False
    arrivals: int = 0
    films: tuple[int, int] | None = None


def wanted_of(state: State, size: tuple[int, int], arrivals: int) -> Wanted:
    """Return what a window of this size needs to go on from ``state``.

    Args:
        state: what the window shows.
        size: of the window in pixels.
        arrivals: number of times that pairs have come.
    """
    items = state.items[max(state.index - 1, 0) : state.index + 3]
    current = (state.item,) if state.item is not None else ()
    return Wanted(
        known=frozenset(item.pair.query for item in state.items),
        pending=state.pending,
        ahead=len(state.items) - state.index,
        skipped=tuple(skipped.query for skipped in state.skipped),
        brings_back=state.brings_back,
        shown=tuple(dict.fromkeys(item.pair for item in (*current, *items))),
        size=picture_size(size, replace(state, enlarged=None)),
        large=None if state.enlarged is None else picture_size(size, state),
        finished=state.status.finished or state.left,
        arrivals=arrivals,
        films=picture_size(size, state) if state.base is Screen.ENDING else None,
    )
