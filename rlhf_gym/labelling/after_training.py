"""The effect of time and of each action on the last page, when training is done."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.ending import Films
from rlhf_gym.labelling.moves import Step
from rlhf_gym.labelling.state import Action, Screen, State

__all__ = ["on_ending", "play_films", "take_films"]

HOLD_SECONDS = 0.7
"""Seconds for which both films hold their last frames before they start again."""


def take_films(state: State, films: Films) -> State:
    """Show films from their beginning, unless they are only shown in another size."""
    if films == state.films:
        return state
    return replace(state, films=films, position=0.0, playing=True)


def play_films(state: State, elapsed: float) -> State:
    """Let the films play for ``elapsed`` seconds, at their own speed."""
    plays = state.playing and state.visible and state.overlay is None
    if state.base is not Screen.ENDING or not plays or not any(state.films.frames):
        return state
    whole = state.films.seconds + HOLD_SECONDS
    return replace(state, position=(state.position + elapsed) % whole)


def on_ending(state: State, action: Action) -> Step:
    """Return the state after an action on the last page; answers are over."""
    if action is Action.PAUSE:
        return replace(state, playing=not state.playing), ()
    if action is Action.REPLAY:
        return replace(state, position=0.0, playing=True), ()
    if action is Action.WATCH and state.can_watch:
        return replace(state, notice="Your agent is shown in a window of its own."), (e.Watch(),)
    if action is Action.OPEN_REPORT and state.can_open_report:
        return replace(state, notice="Opening the report…"), (e.OpenReport(),)
    return state, ()
