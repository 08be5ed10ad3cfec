"""Skipping a pair: it is left to others, and comes back where nothing else is left."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.moves import Step, show
from rlhf_gym.labelling.state import Item, Pair, Screen, Skipped, State

__all__ = ["arrive", "skip", "skipped_last", "take_back"]


def skip(state: State, item: Item) -> Step:
    """Keep the pair aside unanswered, for another annotator or for later."""
    items = (*state.items[: state.index], *state.items[state.index + 1 :])
    aside = Skipped(item, len(state.answered), len(state.changes))
    state = replace(state, items=items, skipped=(*state.skipped, aside))
    return show(state, state.index), (e.GiveBack((item.pair.query,)),)


def skipped_last(state: State) -> bool:
    """Whether the last thing that undo can take back is a skip."""
    closed = state.left or state.status.finished or state.base is Screen.PRACTICE
    if closed or not state.skipped:
        return False
    last = state.skipped[-1]
    return last.depth >= len(state.answered) and last.changes >= len(state.changes)


def take_back(state: State) -> Step:
    """Show the pair again that was skipped last."""
    *others, last = state.skipped
    items = (*state.items[: state.index], last.item, *state.items[state.index :])
    state = show(replace(state, items=items, skipped=tuple(others)), state.index)
    return state, (e.TakeBack((last.query,)),)


def arrive(state: State, pairs: tuple[Pair, ...]) -> Step:
    """Take pairs that are loaded, and give those back that are not wanted now."""
    known = {item.pair.query for item in state.items}
    aside = {skipped.query: skipped.item for skipped in state.skipped}
    new = [pair for pair in pairs if pair.query not in known]
    closed = (state.left or state.status.finished) and state.review is None
    comes = [p for p in new if not closed and (state.brings_back or p.query not in aside)]
    refused = tuple(pair.query for pair in new if pair not in comes)
    back = {p.query: replace(aside[p.query], skipped=True) for p in comes if p.query in aside}
    was_empty = state.item is None
    state = replace(
        state,
        items=(*state.items, *(back.get(pair.query) or Item.of(pair) for pair in comes)),
        skipped=tuple(each for each in state.skipped if each.query not in back),
    )
    if was_empty and comes:
        state = show(state, state.index)
    return state, (e.GiveBack(refused),) if refused else ()
