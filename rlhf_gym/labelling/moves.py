"""The effect of each action on the pair that is on the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.gaps import missed
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.state import (
    FLASH_SECONDS,
    GUARD_SECONDS,
    Action,
    Choice,
    Item,
    Screen,
    State,
    with_item,
)

Step = tuple[State, tuple[e.Effect, ...]]
"""The next state, and the effects to carry out."""

CHOICES = {Action(choice.value): choice for choice in Choice}
"""The actions that answer, and their answers."""


def show(state: State, index: int) -> State:
    """Put pair ``index`` on the screen, from its first frame."""
    return replace(
        state,
        index=index,
        visited=None,
        position=0.0,
        scrolled=(0.0, 0.0),
        playing=True,
        appeared=state.now if index < len(state.items) else None,
        flash_until=None,
        enlarged=None,
        gap=None if index < len(state.items) else state.now,
    )


def judgement_of(state: State, item: Item, preference: Preference) -> Judgement:
    """Return what is stored when the person says ``preference`` of the pair now."""
    return Judgement(
        query=item.pair.query,
        preference=preference,
        annotator=state.annotator,
        response_seconds=0.0 if preference is Preference.UNDONE else round(item.seconds, 3),
        left=item.pair.left,
        instruction=state.instruction,
        full_pass=item.full_pass,
        replays=item.replays,
        speed=state.speed,
        flagged=item.flagged,
        note=item.note,
    )


def repeated(judgement: Judgement, item: Item, **changes: Any) -> Judgement:
    """Return a judgement that says the same once more, with the flag and note of now."""
    new = {"created": 0.0, "supersedes": None, "id": 0, "flagged": item.flagged, "note": item.note}
    return replace(judgement, **{**new, **changes})


def takes_answers(state: State) -> bool:
    """Whether an answer now is meant for this pair, by a key that was released before."""
    seen = state.appeared is not None and state.now - state.appeared >= GUARD_SECONDS
    return seen and state.pressed is None


def answer(state: State, item: Item, choice: Choice, key: str) -> Step:
    """Judge the pair, unless the answer came too soon or its key was never released."""
    if not takes_answers(state):
        return (state if state.pressed else missed(state)), ()
    judgement = judgement_of(state, item, choice.preference(item.pair.left))
    return give(replace(state, pressed=key or None), item, judgement)


def give(state: State, item: Item, judgement: Judgement) -> Step:
    """Store ``judgement``, then show it for a moment. Practice waits for the person instead."""
    state = with_item(state, replace(item, given=judgement, old=None))
    if item.pair.purpose == "practice":
        return replace(state, playing=True, enlarged=None), ()
    return replace(state, flash_until=state.now + FLASH_SECONDS), (e.Record(judgement),)


def reopen(state: State) -> Step:
    """Reopen the newest answer and mark it; works back to the first answer of this session."""
    answered_here = state.item is not None and state.item.given is not None
    index = state.index if answered_here else state.index - 1
    if index < 0:
        return state, ()
    item = state.items[index]
    practice = item.pair.purpose == "practice"
    if item.given is None or item.earlier or practice != (state.base is Screen.PRACTICE):
        return state, ()
    undone = repeated(item.given, item, preference=Preference.UNDONE, response_seconds=0.0)
    state = with_item(show(state, index), replace(item, given=None, old=item.given))
    return state, () if practice else (e.Record(undone),)


def after_practice(state: State, event: e.Press) -> Step:
    """Leave a practice pair whose answer has been explained."""
    if state.pressed is not None:
        return state, ()
    key = event.key if event.action in CHOICES else ""
    state = replace(show(state, state.index + 1), pressed=key or None)
    return (state, ()) if state.base is Screen.PRACTICE else skip_practice(state)


def skip_practice(state: State) -> Step:
    """Go to the real pairs. Nothing of practice is left, so that undo goes on before it."""
    ahead = tuple(item for item in state.items[state.index :] if item.pair.purpose != "practice")
    before = tuple(item for item in state.items[: state.index] if item.pair.purpose != "practice")
    return remembered(show(replace(state, items=(*before, *ahead)), len(before)))


def practise(state: State) -> Step:
    """Show the practice pairs before the next real one."""
    index = state.index + (state.flash_until is not None and state.visited is None)
    before = tuple(item for item in state.items[:index] if item.pair.purpose != "practice")
    ahead = tuple(item for item in state.items[index:] if item.pair.purpose != "practice")
    return show(replace(state, items=(*before, *map(Item, PAIRS), *ahead)), len(before)), ()


def remembered(state: State) -> Step:
    """Keep the settings of ``state`` for the next session."""
    ahead = state.items[state.index :]
    practised = state.practised or all(item.pair.purpose != "practice" for item in ahead)
    return replace(state, practised=practised), (e.Remember(practised),)


def step_frame(state: State, item: Item, by: int) -> State:
    """Pause ``by`` frames further on, or back."""
    count = max(item.pair.frames)
    frame = (min(int(state.position * item.pair.fps + 1e-6), count - 1) + by) % count
    return replace(state, playing=False, position=frame / item.pair.fps)


def scrolled(state: State, by: float, sides: tuple[int, ...] = (0, 1)) -> State:
    """Scroll the pictures of some sides, as far as they reach."""
    first, second = (
        min(max(at + (by if side in sides else 0.0), 0.0), reach)
        for side, (at, reach) in enumerate(zip(state.scrolled, state.reach, strict=True))
    )
    return replace(state, scrolled=(first, second))


def stepped(values: tuple[float, ...], value: float, up: bool) -> float:
    """The next of ``values`` above or below ``value``, or the last one."""
    if up:
        return next((v for v in values if v > value), values[-1])
    return next((v for v in reversed(values) if v < value), values[0])


def _is_open(item: Item, released: tuple[int, ...]) -> bool:
    return item.pair.purpose == "practice" or item.pair.query in released


def let_go(state: State) -> Step:
    """Return all pairs that wait for an answer, and leave out the practice that is left."""
    released = state.pending
    given = tuple(i for i in state.items if i.given is not None or not _is_open(i, released))
    state = replace(state, items=given)
    if state.item is None:
        state = replace(state, appeared=None, enlarged=None)
    return state, (e.GiveBack(released),) if released else ()
