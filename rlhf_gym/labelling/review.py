"""Given answers seen again: kept, changed, and the changes taken back."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.moves import (
    CHOICES,
    Step,
    give,
    judgement_of,
    reopen,
    repeated,
    show,
    takes_answers,
)
from rlhf_gym.labelling.skipping import skipped_last, take_back
from rlhf_gym.labelling.state import (
    FLASH_SECONDS,
    Action,
    Change,
    Choice,
    Item,
    Pair,
    Screen,
    State,
    with_item,
)

__all__ = [
    "last_answers",
    "passed",
    "recall",
    "redo",
    "remark",
    "revisit",
    "step_through",
    "undo",
    "visit",
]

SHOWN = 10
"""Number of answers in the strip."""


def last_answers(state: State) -> tuple[Item, ...]:
    """The person's last answers that can be seen again, the newest last.

    Those of earlier sessions come first. A review has only those that were reviewed so far.
    """
    passed = state.items[: state.index + (state.flash_until is not None)]
    return tuple(item for item in passed if item.answered)[-SHOWN:]


def passed(state: State) -> State:
    """Go on from an answer that was given, changed or kept; from a visit to where one was."""
    return show(state, state.index + (state.visited is None))


def visit(state: State, query: int) -> State:
    """See an answered pair again, with its answer; the pair of now waits."""
    there = state if state.flash_until is None else passed(state)
    known = any(i.pair.query == query and i.answered for i in there.items[: there.index])
    if state.base is Screen.PRACTICE or not known:
        return state
    return replace(show(there, there.index), visited=query, appeared=state.now)


def step_through(state: State, by: int) -> State:
    """Visit the answer before the one on the screen, or after it; after the newest, go back."""
    if state.flash_until is not None:
        state = passed(state)
    queries = [item.pair.query for item in state.items[: state.index] if item.answered]
    at = len(queries) if state.visited is None else queries.index(state.visited)
    if at + by >= len(queries):
        return state if state.visited is None else passed(state)
    return visit(state, queries[at + by]) if at + by >= 0 else state


def revisit(state: State, item: Item, event: e.Press) -> Step | None:
    """Keep or change the answer on the screen; None where the action is about something else."""
    action = event.action
    if action in CHOICES:
        return _answer_again(state, item, CHOICES[action], event.key)
    if action is Action.CONFIRM or (action is Action.MENU and state.visited is not None):
        return passed(state), ()
    return (state, ()) if action is Action.GIVE_BACK else None


def _answer_again(state: State, item: Item, choice: Choice, key: str) -> Step:
    """Change the answer, or keep it by giving it once more; then go on."""
    if not takes_answers(state):
        return state, ()
    state = replace(state, pressed=key or None)
    if choice is item.choice:
        return replace(state, playing=True, flash_until=state.now + FLASH_SECONDS), ()
    preference = choice.preference(item.pair.left)
    return _change(state, item, judgement_of(state, item, preference))


def _change(state: State, item: Item, judgement: Judgement) -> Step:
    """Store an answer that supersedes the one in force, and show it for a moment."""
    assert item.given is not None
    walks = state.visited is None  # a review, which goes on to the next answer
    change = Change(item.pair.query, item.given, _depth(state) + walks)
    state = with_item(state, replace(item, given=judgement, old=None))
    return replace(
        state,
        changes=(*state.changes, change),
        playing=True,
        flash_until=state.now + FLASH_SECONDS,
    ), (e.Record(judgement),)


def _depth(state: State) -> int:
    """Return how many answers of this session, or answers seen in a review, undo can take back."""
    if state.review is None:
        return len(state.answered)
    return state.index + (state.flash_until is not None and state.visited is None)


def undo(state: State) -> Step:
    """Take back the last answer, change or skip, and show its pair.

    In a review, an answer that was kept is shown again.
    """
    if state.changes and state.changes[-1].depth >= _depth(state):
        return _change_back(state)
    if state.visited is not None:
        return passed(state), ()
    if skipped_last(state):
        return take_back(state)
    if state.review is None:
        return reopen(state)
    return show(state, max(_depth(state) - 1, 0)), ()


def _change_back(state: State) -> Step:
    """Give the answer again that was in force before the last change."""
    change = state.changes[-1]
    place = next(n for n, i in enumerate(state.items) if i.pair.query == change.query)
    walked = state.review is not None and place == change.depth - 1
    state = show(replace(state, changes=state.changes[:-1]), place if walked else state.index)
    if not walked:
        state = replace(state, visited=change.query, appeared=state.now)
    item = state.items[place]
    judgement = repeated(change.before, item)
    return with_item(state, replace(item, given=judgement, old=item.given)), (e.Record(judgement),)


def redo(state: State, item: Item) -> Step:
    """Give the answer again that undo took back."""
    if item.old is None:
        return state, ()
    judgement = repeated(item.old, item)
    return (give if item.given is None else _change)(state, item, judgement)


def remark(state: State, item: Item) -> Step:
    """Store the flag and the note of the pair on the screen, whether it has an answer or not."""
    if item.given is None:
        judgement = judgement_of(state, item, Preference.UNDONE)
        return with_item(state, item), (e.Remark(judgement),)
    judgement = repeated(item.given, item)
    return with_item(state, replace(item, given=judgement)), (e.Remark(judgement),)


def recall(state: State, pair: Pair) -> State:
    """Put an answer of an earlier session before all others."""
    item = Item.of(pair)
    if not item.answered or any(pair.query == known.pair.query for known in state.items):
        return state
    return replace(state, items=(item, *state.items), index=state.index + 1)
