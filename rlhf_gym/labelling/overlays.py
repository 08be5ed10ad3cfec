"""The effect of each action while an overlay is open: a menu, a page, a note, an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.moves import Step, let_go, practise, skip_practice
from rlhf_gym.labelling.review import remark
from rlhf_gym.labelling.state import Action, Screen, State

__all__ = ["ask_goal", "on_overlay", "open_page"]

CLOSING = (Action.MENU, Action.CONFIRM, Action.PAUSE)
"""Actions that lead back from a page to read."""


def open_page(state: State, page: Screen) -> State:
    """Open a page to read over what is open; if it is open beneath, go back to it."""
    beneath = () if state.overlay is None else (*state.beneath, state.overlay)
    if page in beneath:
        beneath = beneath[: beneath.index(page)]
    return replace(state, overlay=page, beneath=beneath)


def _go_back(state: State) -> State:
    """Close the overlay, and return to the one beneath it."""
    overlay = state.beneath[-1] if state.beneath else None
    return replace(state, overlay=overlay, beneath=state.beneath[:-1])


def ask_goal(state: State) -> Step:
    """Ask what the agent should do, unless the person is writing or has to read an error."""
    if state.overlay in (Screen.NOTE, Screen.ERROR):
        return state, ()
    state = replace(open_page(state, Screen.GOAL), goal_asked=True, draft="")
    return state, (e.TextInput(True),)


def on_overlay(state: State, event: e.Press, press: Callable[[State, e.Press], Step]) -> Step:
    """Return the state after an action on the overlay; ``press`` carries out a line of the menu."""
    if state.overlay is Screen.PAUSED:
        return _in_menu(state, event, press)
    if state.overlay is Screen.NOTE:
        return _in_note(state, event)
    if state.overlay is Screen.GOAL:
        return _in_goal(state, event)
    if state.overlay is Screen.CLOSING:
        return _in_closing(state, event, press)
    if state.overlay is Screen.ERROR:
        return _in_error(state, event)
    return _on_page(state, event)


def _in_menu(state: State, event: e.Press, press: Callable[[State, e.Press], Step]) -> Step:
    action, lines = event.action, state.menu_actions
    if action in (Action.TIE, Action.CANNOT_TELL):  # the arrow keys up and down
        by = 1 if action is Action.CANNOT_TELL else -1
        return replace(state, menu=(state.menu + by) % len(lines)), ()
    if action is Action.CONFIRM:
        return press(state, e.Press(lines[state.menu], event.key))
    if action in (Action.MENU, Action.PAUSE):
        return replace(state, overlay=None), ()
    if action is Action.HELP:
        return open_page(state, Screen.KEYS), ()
    if action is Action.INSTRUCTIONS:
        return open_page(state, Screen.HELP), ()
    if action is Action.SAY_GOAL and action in lines:
        return replace(state, overlay=Screen.GOAL, draft=""), (e.TextInput(True),)
    if action is Action.SKIP_PRACTICE and action in lines:
        return skip_practice(replace(state, overlay=None))
    if action is Action.PRACTISE and action in lines:
        return practise(replace(state, overlay=None))
    if action is Action.STOP_ANSWERING and action in lines:
        state, effects = let_go(replace(state, overlay=None, left=True))
        return state, (*effects, e.LeaveOff(True))
    return state, ()


def _on_page(state: State, event: e.Press) -> Step:
    """Act on the page of instructions or of keys."""
    action = event.action
    back = action is Action.HELP and state.overlay is Screen.KEYS
    if back or action in CLOSING:
        # After reading the instructions, a person sees the pair as if for the first time.
        return _go_back(state), ()
    if action in (Action.HELP, Action.INSTRUCTIONS):
        page = Screen.HELP if state.overlay is Screen.KEYS else Screen.KEYS
        return open_page(state, page), ()
    if action is Action.SKIP_PRACTICE and state.base is Screen.PRACTICE:
        return skip_practice(replace(state, overlay=None, beneath=()))
    return state, ()


def _in_note(state: State, event: e.Press) -> Step:
    if event.action is Action.UNDO:
        return replace(state, draft=state.draft[:-1]), ()
    if event.action is Action.CONFIRM and state.item is not None:
        noted = replace(state.item, note=state.draft.strip())
        state = replace(state, overlay=None)
        state, effects = remark(state, noted) if noted != state.item else (state, ())
        return state, (*effects, e.TextInput(False))
    if event.action is Action.MENU:
        return replace(state, overlay=None), (e.TextInput(False),)
    return state, ()


def _in_goal(state: State, event: e.Press) -> Step:
    """Write what the agent should do; an empty goal is not kept, but one can go on without."""
    if event.action is Action.UNDO:
        return replace(state, draft=state.draft[:-1]), ()
    if event.action not in (Action.CONFIRM, Action.MENU):
        return state, ()
    goal = state.draft.strip() if event.action is Action.CONFIRM else ""
    if event.action is Action.CONFIRM and not goal:
        return replace(state, draft=""), ()
    state = replace(_go_back(state), draft="")
    if not goal:
        return state, (e.TextInput(False),)
    return replace(state, goal=goal), (e.TextInput(False), e.SetGoal(goal))


def _in_closing(state: State, event: e.Press, press: Callable[[State, e.Press], Step]) -> Step:
    """Close the window, with or without an end of the training, or go back."""
    if event.action is Action.MENU:
        return _go_back(state), ()
    if event.action is Action.CONFIRM:
        return press(state, e.Press(Action.QUIT, event.key))
    if event.action is Action.STOP_ANSWERING and state.can_leave:
        state, effects = press(replace(state, left=True), e.Press(Action.QUIT, event.key))
        return state, (e.LeaveOff(True), *effects)
    return state, ()


def _in_error(state: State, event: e.Press) -> Step:
    if event.action is Action.CONFIRM or (event.action is Action.MENU and not state.unsaved):
        again = tuple(e.Record(judgement) for judgement in state.unsaved)
        return replace(state, overlay=None, unsaved=(), error=""), again
    return state, ()
