"""Labelling sessions of a few pairs, played event by event."""

from __future__ import annotations

from dataclasses import replace

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Action, Item, Pair, State


def a_state(*pairs: Pair, **changes: object) -> State:
    state = State("ada", items=tuple(Item(pair) for pair in pairs), appeared=0.0)
    return replace(state, **changes)  # type: ignore[arg-type]


def pairs(count: int) -> tuple[Pair, ...]:
    return tuple(Pair(n + 1, left=n % 2, clips=(2 * n, 2 * n + 1)) for n in range(count))


def play(state: State, *timed: tuple[float, e.Event]) -> tuple[State, list[e.Effect]]:
    """The state after the events at their times, and all effects."""
    effects: list[e.Effect] = []
    for now, event in timed:
        state, new = reduce(state, event, now)
        effects.extend(new)
    return state, effects


def recorded(effects: list[e.Effect]) -> list[Judgement]:
    return [effect.judgement for effect in effects if isinstance(effect, e.Record)]


def press(action: Action, key: str = "") -> e.Press:
    return e.Press(action, key)


def answered_earlier(query: int) -> Pair:
    """A pair that was answered in an earlier session."""
    said = Judgement(query, Preference.TIE, "ada", 4.0, query % 2, created=99.0, id=query)
    return Pair(query, left=query % 2, clips=(2 * query, 2 * query + 1), said=said)
