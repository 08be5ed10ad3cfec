"""What is heard of the pair on the screen: the left clip, then the right one, once by itself."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.items import Item
from rlhf_gym.labelling.moves import Step
from rlhf_gym.labelling.state import State, with_item

__all__ = ["hear", "hear_on"]

SIDES = 2
"""Number of sounds that are played by themselves."""


def hear(state: State, item: Item, side: int) -> Step:
    """Play the sound of one side, with the clips from their beginning."""
    state = with_item(state, replace(item, heard=SIDES))
    hearing = None if state.silent else side
    state = replace(state, position=0.0, playing=True, hearing=hearing)
    return state, (e.Hear(item.pair.query, side),)


def hear_on(before: State, step: Step) -> Step:
    """End a sound that is over or no longer belongs to what is seen, and begin the next one.

    Args:
        before: the state before an event.
        step: the state after it, and its effects.
    """
    state, effects = step
    from_the_start = state.position < before.position
    if state.hearing is not None and not any(isinstance(effect, e.Hear) for effect in effects):
        if not state.attending or not _same_pair(before, state):
            state, effects = replace(state, hearing=None), (*effects, e.Hush())
        elif from_the_start or _is_over(state):
            state = replace(state, hearing=None)
    item = state.item
    if item is None or not item.pair.sounds or item.heard >= SIDES or state.silent:
        return state, effects
    if state.hearing is not None or not state.attending or not (from_the_start or item.heard == 0):
        return state, effects
    state = replace(with_item(state, replace(item, heard=item.heard + 1)), position=0.0)
    return replace(state, hearing=item.heard), (*effects, e.Hear(item.pair.query, item.heard))


def _same_pair(before: State, state: State) -> bool:
    return (
        before.item is not None
        and state.item is not None
        and (before.item.pair.query == state.item.pair.query)
    )


def _is_over(state: State) -> bool:
    assert state.item is not None and state.hearing is not None
    pair = state.item.pair
    return state.position >= pair.frames[state.hearing] / pair.fps
