"""The reducer: ``(state, event, now) -> (state, effects)``, a pure function."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.after_training import on_ending, play_films, take_films
from rlhf_gym.labelling.gaps import missed
from rlhf_gym.labelling.hearing import hear, hear_on
from rlhf_gym.labelling.moves import (
    CHOICES,
    Step,
    after_practice,
    answer,
    let_go,
    remembered,
    scrolled,
    skip_practice,
    step_frame,
    stepped,
)
from rlhf_gym.labelling.overlays import ask_goal, on_overlay, open_page
from rlhf_gym.labelling.review import (
    passed,
    recall,
    redo,
    remark,
    revisit,
    step_through,
    undo,
    visit,
)
from rlhf_gym.labelling.skipping import arrive, skip
from rlhf_gym.labelling.state import (
    FREEZE_SECONDS,
    NOTE_LENGTH,
    PAGE,
    SPEEDS,
    Action,
    Item,
    Screen,
    State,
    with_item,
)

__all__ = ["reduce"]


def reduce(state: State, event: e.Event, now: float) -> Step:
    """Return the state after ``event`` at ``now`` (monotonic seconds), and the effects in order.

    >>> from rlhf_gym.labelling.events import Press
    >>> from rlhf_gym.labelling.state import Item, Pair
    >>> state = State("ada", items=(Item(Pair(query=7, left=1)),), appeared=0.0)
    >>> state, (effect,) = reduce(state, Press(Action.LEFT, "left"), now=2.0)
    >>> effect.judgement.query, effect.judgement.preference.value
    (7, 'second')
    """
    return hear_on(state, _after(_advance(state, now), event))


def _after(state: State, event: e.Event) -> Step:
    """Apply an event, once time has passed."""
    if isinstance(event, (e.Press, e.Release, e.Typed, e.Focus, e.Scroll)):
        state = replace(state, touched=state.now)
    if isinstance(event, e.Press):
        return _press(state, event)
    if isinstance(event, e.Release):
        return (replace(state, pressed=None) if event.key == state.pressed else state), ()
    if isinstance(event, e.Typed):
        if state.overlay in (Screen.NOTE, Screen.GOAL):
            state = replace(state, draft=(state.draft + event.text)[:NOTE_LENGTH])
        return state, ()
    if isinstance(event, e.Scaled):
        return remembered(replace(state, scale=event.scale))
    if isinstance(event, e.Focus):
        pressed = state.pressed if event.focused else None  # else its release is not seen here
        return replace(state, focused=event.focused, pressed=pressed), ()
    if isinstance(event, e.Visible):
        return replace(state, visible=event.visible), ()
    if isinstance(event, e.Reach):
        return scrolled(replace(state, reach=event.reach), 0.0), ()
    if isinstance(event, e.Scroll):
        return scrolled(state, event.by, event.sides), ()
    if isinstance(event, e.Arrived):
        return arrive(state, event.pairs)
    if isinstance(event, e.Recalled):
        return recall(state, event.pair), ()
    if isinstance(event, e.ToReview):
        return replace(state, review=event.count), ()
    if isinstance(event, e.StatusRead):
        return _read_status(state, event)
    if isinstance(event, e.FilmsOpened):
        return take_films(state, event.films), ()
    if isinstance(event, e.Noticed):
        return replace(state, notice=event.text), ()
    if isinstance(event, e.Failed):
        return _fail(state, event)
    if isinstance(event, e.NoSound):
        return replace(state, silent=True, hearing=None), ()
    return state, ()


def _advance(state: State, now: float) -> State:
    """Let time pass: end the flash of an answer, play the clips, count the time of looking."""
    elapsed = max(now - state.now, 0.0)
    state = replace(state, now=max(now, state.now))
    if state.flash_until is not None and now >= state.flash_until:
        return passed(state)
    item = state.item
    if item is None:
        return play_films(state, elapsed)
    if state.attending:
        item = replace(item, seconds=item.seconds + elapsed)
    if state.playing and state.visible and state.overlay is None:
        position = state.position + elapsed * (1.0 if state.hearing is not None else state.speed)
        if position >= item.pair.seconds:
            item = replace(item, full_pass=True)
        state = replace(state, position=position % (item.pair.seconds + FREEZE_SECONDS))
    return with_item(state, item)


def _press(state: State, event: e.Press) -> Step:
    action = event.action
    if action is Action.FULL_SCREEN:
        state = replace(state, full_screen=not state.full_screen)
        return state, (e.SetFullScreen(state.full_screen),)
    waits = state.base is Screen.WAITING
    left = waits and (state.left or state.nothing_comes)
    over = state.base in (Screen.DONE, Screen.ENDING)
    done = (left or over) and state.overlay is None
    if action is Action.QUIT and state.asks_to_close:
        return open_page(state, Screen.CLOSING), ()
    if action is Action.QUIT or (action is Action.CONFIRM and done):
        again = (e.Record(judgement) for judgement in state.unsaved)
        return replace(state, unsaved=()), (*again, e.Quit())
    if state.overlay is not None:
        return on_overlay(state, event, _press)
    if action is Action.HELP:
        return open_page(state, Screen.KEYS), ()
    if action is Action.STRIP:
        return remembered(replace(state, strip=not state.strip))
    if action is Action.VISIT:
        return visit(state, event.query), ()
    if action in (Action.EARLIER, Action.LATER):
        return step_through(state, 1 if action is Action.LATER else -1), ()
    if action is Action.MENU and state.visited is None:
        return replace(state, overlay=Screen.PAUSED, menu=0), ()
    if over and state.status.trainer == "done" and state.review is None:
        return on_ending(state, action)
    if action is Action.UNDO:
        return undo(state)
    if action is Action.SKIP_PRACTICE:
        return skip_practice(state)
    if action is Action.ANSWER_AGAIN and state.left:
        return replace(state, left=False), (e.LeaveOff(False),)
    if state.item is None:
        return (missed(state) if action in CHOICES else state), ()
    return _press_pair(state, state.item, event)


def _press_pair(state: State, item: Item, event: e.Press) -> Step:
    """Apply an action to the pair that is on the screen."""
    action = event.action
    if state.revisits:
        again = revisit(state, item, event)
        if again is not None:
            return again
    elif item.given is not None:
        goes_on = action in CHOICES or action in (Action.CONFIRM, Action.PAUSE)
        return (
            after_practice(state, event) if goes_on and state.flash_until is None else (state, ())
        )
    if action in CHOICES:
        return answer(state, item, CHOICES[action], event.key)
    if action is Action.REDO:
        return redo(state, item)
    if action is Action.PAUSE:
        return replace(state, playing=not state.playing), ()
    if action is Action.REPLAY:
        state = with_item(state, replace(item, replays=item.replays + 1, heard=0))
        return replace(state, position=0.0, playing=True), ()
    if action in (Action.HEAR_LEFT, Action.HEAR_RIGHT) and item.pair.sounds:
        return hear(state, item, int(action is Action.HEAR_RIGHT))
    if action in (Action.BACK, Action.FORWARD) and item.pair.still:
        return scrolled(state, PAGE if action is Action.FORWARD else -PAGE), ()
    if action in (Action.BACK, Action.FORWARD):
        return step_frame(state, item, 1 if action is Action.FORWARD else -1), ()
    if action in (Action.SLOWER, Action.FASTER):
        return remembered(
            replace(state, speed=stepped(SPEEDS, state.speed, action is Action.FASTER))
        )
    if action is Action.ENLARGE:
        following = {None: 0, 0: 1, 1: None}
        return replace(state, enlarged=following[state.enlarged]), ()
    if item.pair.purpose == "practice":
        return state, ()
    if action is Action.FLAG:
        return remark(state, replace(item, flagged=not item.flagged))
    if action is Action.NOTE:
        return replace(state, overlay=Screen.NOTE, draft=item.note), (e.TextInput(True),)
    if action is Action.GIVE_BACK:
        return skip(state, item)
    return state, ()


def _read_status(state: State, event: e.StatusRead) -> Step:
    just_finished = event.status.finished and not state.status.finished
    if event.status.error and not state.status.error:
        return _stop(replace(state, status=event.status))
    pace = state.pace.read_at(state.now, state.status, event.status)
    state = replace(state, status=event.status, pace=pace)
    if state.asks_goal:
        return ask_goal(state)
    practises = state.base is Screen.PRACTICE
    if not just_finished or not (state.pending or practises):
        return state, ()
    state, effects = let_go(state)
    if practises and state.overlay is Screen.HELP:
        state = replace(state, overlay=None, beneath=())
    if state.overlay is Screen.NOTE:
        state, effects = replace(state, overlay=None), (*effects, e.TextInput(False))
    return state, effects


def _stop(state: State) -> Step:
    """Clear what is before the page that says why the trainer has stopped."""
    effects = (e.TextInput(False),) if state.overlay in (Screen.NOTE, Screen.GOAL) else ()
    if state.overlay is not Screen.ERROR:
        state = replace(state, overlay=None, beneath=())
    if state.base is Screen.PRACTICE:
        state, more = skip_practice(state)
        effects = (*effects, *more)
    return state, effects


def _fail(state: State, event: e.Failed) -> Step:
    unsaved = state.unsaved if event.judgement is None else (*state.unsaved, event.judgement)
    writes = state.overlay in (Screen.NOTE, Screen.GOAL)
    effects = (e.TextInput(False),) if writes else ()
    return replace(state, overlay=Screen.ERROR, error=event.text, unsaved=unsaved), effects
