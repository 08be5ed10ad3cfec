"""What is recorded under any order of events: nothing is lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from session_helpers import a_state, answered_earlier, pairs, play, press, recorded

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Action, Pair, Screen, State, Status
from rlhf_gym.window.loading.wanted import wanted_of

ANSWERS = (Action.LEFT, Action.RIGHT, Action.TIE, Action.CANNOT_TELL)

KEYS = st.sampled_from(["left", "right", ""])
EVENTS = st.one_of(
    st.builds(e.Press, st.sampled_from([*ANSWERS] * 2 + list(Action)), KEYS),
    st.builds(
        e.Press,
        st.sampled_from([Action.VISIT] * 2 + [Action.EARLIER, Action.LATER, Action.UNDO]),
        KEYS,
        st.integers(1, 24),
    ),
    st.builds(lambda n: e.Recalled(answered_earlier(n)), st.integers(21, 24)),
    st.builds(e.Release, KEYS),
    st.builds(e.Focus, st.booleans()),
    st.builds(e.Visible, st.booleans()),
    st.builds(e.Typed, st.text(max_size=3)),
    st.builds(
        lambda n: e.Arrived((Pair(n, left=n % 2),)), st.integers(min_value=1, max_value=12)
    ),
    st.builds(
        lambda labels: e.StatusRead(Status(labels=labels, budget=9)), st.integers(0, 10)
    ),
    st.just(e.Tick()),
)  # fmt: skip
TIMED = st.lists(st.tuples(st.floats(0, 1), EVENTS, st.booleans()), max_size=80)


class Store:
    """The judgements of each query in order, as the real store keeps them; it can be full."""

    def __init__(self, said: Iterable[Judgement] = ()) -> None:
        self.said = list(said)

    @property
    def latest(self) -> dict[int, Judgement]:
        return {judgement.query: judgement for judgement in self.said}

    @property
    def in_force(self) -> dict[int, Judgement]:
        return {q: j for q, j in self.latest.items() if j.preference is not Preference.UNDONE}

    def record(self, judgement: Judgement, before: State) -> None:
        """Append a judgement that a person made in the state ``before``."""
        now = self.in_force.get(judgement.query)
        shown = {item.pair.query: item.given for item in before.items}.get(judgement.query)
        if judgement.preference is Preference.UNDONE:
            remarked = remark_of(judgement) != remark_of(self.latest.get(judgement.query))
            assert now is not None or remarked, "nothing to undo"
        elif before.overlay is Screen.ERROR:  # what was refused is given once more
            assert now != judgement, "a judgement was doubled"
        else:
            assert now == shown, "a judgement was doubled, or replaced one that nobody saw"
        assert (judgement.id, judgement.supersedes, judgement.created) == (0, None, 0.0)
        self.said.append(judgement)


def remark_of(judgement: Judgement | None) -> tuple[bool, str]:
    return (False, "") if judgement is None else (judgement.flagged, judgement.note)


def act(state: State, event: e.Event, now: float, store: Store, full: bool = False) -> State:
    """The state after an event, whose effects the store has taken, or refused if it is full."""
    before = state
    state, effects = reduce(state, event, now)
    for effect in effects:
        if isinstance(effect, (e.Record, e.Remark)):
            if full:
                state, _ = reduce(state, e.Failed("full", effect.judgement), now)
            else:
                store.record(effect.judgement, before)
    return state


def check(state: State, store: Store) -> None:
    """What the person sees is what the store has."""
    if not state.unsaved:
        shown = {item.pair.query: item.given for item in state.items if item.answered}
        assert shown == {query: store.in_force.get(query) for query in shown}
        hidden = store.in_force.keys() - shown.keys()
        assert all(store.in_force[query].id for query in hidden)  # earlier, and not recalled yet
        remarks = {i.pair.query: (i.flagged, i.note) for i in state.items if i.pair.query > 0}
        assert remarks == {query: remark_of(store.latest.get(query)) for query in remarks}
    assert all(item.given is not None for item in state.items[: state.index])
    queries = [item.pair.query for item in state.items]
    assert len(queries) == len(set(queries))


EARLIER = tuple(answered_earlier(query) for query in range(21, 25))


@given(TIMED, st.booleans())
def test_no_judgement_is_lost_or_doubled_under_any_order_of_events(
    timed: list[tuple[float, e.Event, bool]], practice: bool
) -> None:
    state, now = a_state(*(PAIRS if practice else ()), *pairs(2)), 0.0
    store = Store(pair.said for pair in EARLIER if pair.said)
    for delay, event, full in timed:
        now += delay
        state = act(state, event, now, store, full)
        check(state, store)


@given(TIMED)
def test_a_review_changes_answers_and_loses_or_doubles_none(
    timed: list[tuple[float, e.Event, bool]],
) -> None:
    state, now = a_state(review=6), 0.0
    store = Store(pair.said for pair in EARLIER if pair.said)
    state = act(state, e.Arrived(EARLIER), now, store)
    for delay, event, full in timed:
        if isinstance(event, (e.Arrived, e.Recalled)):
            continue
        now += delay
        state = act(state, event, now, store, full)
        check(state, store)
        assert len(state.items) == len(EARLIER) and not state.answered
        if not state.unsaved:
            assert set(store.in_force) == {pair.query for pair in EARLIER}


@given(TIMED, st.booleans())
def test_undo_at_full_depth_brings_back_what_was_said_before_the_session(
    timed: list[tuple[float, e.Event, bool]], review: bool
) -> None:
    store = Store(pair.said for pair in EARLIER if pair.said)
    state, now = a_state(*(() if review else pairs(3)), review=9 if review else None), 0.0
    state = act(state, e.Arrived(EARLIER) if review else e.Tick(), now, store)
    for delay, event, _ in timed:
        now += delay
        state = act(state, event, now, store)
    state = replace(state, overlay=None)
    for _ in range(3 * len(timed) + 1):
        state = act(state, press(Action.UNDO), now + 9, store)
        check(state, store)
    said = {query: judgement.preference for query, judgement in store.in_force.items()}
    assert said == dict.fromkeys((pair.query for pair in EARLIER), Preference.TIE)
    assert state.changes == () and state.visited is None


@given(TIMED)
def test_undo_then_redo_is_the_identity(timed: list[tuple[float, e.Event, bool]]) -> None:
    state, now = a_state(*pairs(4)), 0.0
    for delay, event, _ in timed:
        now += delay
        state, _ = reduce(state, event, now)
    state, _ = reduce(replace(state, overlay=None), e.Tick(), now + 1)
    if state.visited is not None and not state.changes:
        assert play(state, (now + 1, press(Action.UNDO)))[1] == []
        state, _ = play(state, (now + 1, press(Action.MENU)))
    undone, effects = play(state, (now + 1, press(Action.UNDO)))
    if effects and isinstance(effects[0], e.TakeBack):
        again, effects = play(undone, (now + 1, press(Action.GIVE_BACK)), (now + 1, e.Tick()))
        assert (again.items, again.index) == (state.items, state.index)
        assert [each.query for each in again.skipped] == [each.query for each in state.skipped]
        return
    if not state.answered and not state.changes:
        assert effects == []
        return
    if not effects:  # a visit after a change that is deeper
        assert undone.visited is None
        return
    again, redone = play(undone, (now + 1, press(Action.REDO)), (now + 2, e.Tick()))
    (before,), (after,) = recorded(effects), recorded(redone)
    assert after == given_in(state)[after.query] and before.query == after.query
    assert (again.index, given_in(again)) == (state.index, given_in(state))
    assert again.answered == state.answered
    assert len(again.changes) == len(state.changes)
    if len(undone.changes) == len(state.changes):
        assert before.preference is Preference.UNDONE
        assert after == state.items[state.index - 1].given


class Pairs:
    """The queries that nobody else holds, and a loader that fetches them as the window's does."""

    def __init__(self, count: int) -> None:
        self.all = {pair.query: pair for pair in pairs(count)}
        self.answered: set[int] = set()

    def act(self, state: State, event: e.Event, now: float) -> State:
        """The state after an event, and after the loader has looked for pairs."""
        state = self._taken(state, event, now)
        open_ = self.all.keys() - self.answered
        status = Status(
            len(self.answered), 99, len(open_), len(open_), trainer="first labels", awaited=99
        )
        state = self._taken(state, e.StatusRead(status), now)
        wanted = wanted_of(state, (800, 600), 0)
        if len(wanted.pending) >= 3 or wanted.finished:
            return state
        new = sorted(open_ - wanted.known - set(wanted.skipped), reverse=True)[:1]
        aside = [query for query in wanted.skipped if query in open_]
        for query in new or aside[: wanted.brings_back]:
            state = self._taken(state, e.Arrived((self.all[query],)), now)
        return state

    def _taken(self, state: State, event: e.Event, now: float) -> State:
        state, effects = reduce(state, event, now)
        for judgement in recorded(list(effects)):
            undone = judgement.preference is Preference.UNDONE
            (self.answered.discard if undone else self.answered.add)(judgement.query)
        return state


@given(
    st.lists(
        st.sampled_from([Action.GIVE_BACK] * 4 + [*ANSWERS, Action.UNDO, Action.MENU]), max_size=40
    ),
    st.sampled_from([Action.LEFT, Action.GIVE_BACK]),
)
def test_each_open_pair_that_nobody_else_holds_is_shown_sooner_or_later(
    actions: list[Action], does: Action
) -> None:
    store, state, now = Pairs(4), a_state(), 0.0
    for action in actions:
        now += 0.5
        state = store.act(state, press(action), now)
    state = replace(state, overlay=None)
    shown: set[int] = set()
    for _ in range(40):  # they answer each pair, or skip whatever comes
        now += 0.5
        state = store.act(state, e.Tick(), now)
        shown |= set() if state.item is None else {state.item.pair.query}
        now += 0.5
        state = store.act(state, press(does), now)
    assert shown | store.answered == set(store.all)
    assert does is Action.GIVE_BACK or store.answered == set(store.all)


def given_in(state: State) -> dict[int, Judgement | None]:
    return {item.pair.query: item.given for item in state.items}
