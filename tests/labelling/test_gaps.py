"""Between two pairs: what is shown, and what becomes of a key."""

from __future__ import annotations

from dataclasses import replace

from session_helpers import a_state, pairs

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.gaps import lingering, missed_recently
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Action, Pair, State, Status

TRAINING = replace(Status(), trainer="training", budget=100)


def in_a_gap() -> State:
    """Two seconds after the last pair was answered, while the next one is drawn."""
    state = replace(a_state(*pairs(1)), status=TRAINING)
    state, _ = reduce(state, e.Press(Action.LEFT, "left"), 1.0)
    state, _ = reduce(state, e.Release("left"), 1.1)
    return reduce(state, e.Tick(), 3.0)[0]


def test_the_last_pair_stays_until_the_next_one_comes() -> None:
    state = in_a_gap()
    last = lingering(state)
    assert state.item is None and last is not None and last.pair.query == state.items[0].pair.query
    state, _ = reduce(state, e.Arrived((Pair(9),)), 4.0)
    assert lingering(state) is None and state.item is not None and state.item.pair.query == 9


def test_a_page_that_says_more_comes_where_it_takes_long_or_nobody_works() -> None:
    state = in_a_gap()
    assert lingering(reduce(state, e.Tick(), 30.0)[0]) is None
    for status in (replace(TRAINING, trainer="stopped"), replace(TRAINING, labels=100)):
        assert lingering(reduce(state, e.StatusRead(status), 3.1)[0]) is None


def test_a_key_in_a_gap_judges_no_pair_and_is_said_to_be_missed() -> None:
    state, effects = reduce(in_a_gap(), e.Press(Action.RIGHT, "right"), 3.2)
    assert effects == () and missed_recently(state)
    state, _ = reduce(state, e.Release("right"), 3.3)
    state, effects = reduce(state, e.Arrived((Pair(9),)), 3.4)
    assert effects == () and state.item is not None and state.item.given is None
    state, effects = reduce(state, e.Press(Action.RIGHT, "right"), 4.4)
    assert [effect.judgement.query for effect in effects if isinstance(effect, e.Record)] == [9]


def test_a_key_before_a_pair_can_have_been_seen_is_said_to_be_missed() -> None:
    state = in_a_gap()
    state, _ = reduce(state, e.Arrived((Pair(9),)), 4.0)
    assert not missed_recently(state)
    state, effects = reduce(state, e.Press(Action.RIGHT, "right"), 4.05)
    assert effects == () and missed_recently(state) and state.item is not None
    assert not missed_recently(reduce(state, e.Tick(), 7.0)[0])


def test_a_key_that_stays_down_is_neither_an_answer_nor_missed() -> None:
    state = a_state(*pairs(2))
    state, _ = reduce(state, e.Press(Action.LEFT, "left"), 1.0)
    state, _ = reduce(state, e.Tick(), 1.5)
    state, effects = reduce(state, e.Press(Action.LEFT, "left"), 1.6)
    assert effects == () and not missed_recently(state)
