"""Given answers seen again: from the strip, and one after the other in a review."""

from __future__ import annotations

from session_helpers import a_state, answered_earlier, pairs, play, press, recorded

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.review import last_answers
from rlhf_gym.labelling.state import Action, Choice, Item, Pair, Screen, State, Status

EARLIER = [e.Recalled(answered_earlier(query)) for query in (23, 22, 21)]


def remarks(effects: list[e.Effect]) -> list[Judgement]:
    return [effect.judgement for effect in effects if isinstance(effect, e.Remark)]


def said(effects: list[e.Effect]) -> list[tuple[int, str]]:
    return [(judgement.query, judgement.preference.value) for judgement in recorded(effects)]


def two_answers() -> State:
    """The third pair is on the screen; the first and the second were answered with left."""
    left = press(Action.LEFT)
    state, _ = play(a_state(*pairs(3)), (1.0, left), (1.5, e.Tick()), (2.0, left), (2.5, e.Tick()))
    return state


def test_a_given_answer_is_seen_again_changed_and_left_for_the_pair_of_now() -> None:
    state, effects = play(two_answers(), (3.0, e.Press(Action.VISIT, query=1)))
    assert state.item is not None and state.item.choice is Choice.LEFT and effects == []
    assert state.playing and state.position == 0.0 and state.pending == (3,)
    state, effects = play(state, (4.0, press(Action.RIGHT)), (4.2, e.Tick()))
    assert said(effects) == [(1, "second")]
    assert (state.index, state.visited, state.pending) == (2, None, (3,))
    assert len(state.answered) == 2


def test_the_same_answer_once_more_and_enter_change_nothing() -> None:
    for action in (Action.LEFT, Action.CONFIRM, Action.MENU):
        state, effects = play(
            two_answers(), (3.0, press(Action.EARLIER)), (4.0, press(action)), (4.2, e.Tick())
        )
        assert effects == [] and state.visited is None and state.overlay is None


def test_keys_lead_to_earlier_answers_and_back_to_the_pair_of_now() -> None:
    state, shown = two_answers(), []
    for action in [Action.EARLIER] * 3 + [Action.LATER] * 3:
        state, _ = play(state, (3.0, press(action)))
        shown.append(state.visited)
    assert shown == [2, 1, 1, 2, None, None]


def test_undo_takes_back_the_change_first_and_then_the_answers() -> None:
    state, effects = play(
        two_answers(),
        (3.0, e.Press(Action.VISIT, query=1)),
        (4.0, press(Action.TIE)),
        (4.2, e.Tick()),
        (5.0, press(Action.UNDO)),
    )
    assert said(effects) == [(1, "tie"), (1, "first")] and state.visited == 1
    assert state.item is not None and state.item.old_choice is Choice.TIE
    state, effects = play(state, *[(6.0, press(Action.UNDO))] * 4)
    assert said(effects) == [(2, "undone"), (1, "undone")] and state.pending == (1, 2, 3)


def test_a_change_that_was_taken_back_can_be_given_again() -> None:
    state, _ = play(two_answers(), (3.0, press(Action.EARLIER)), (4.0, press(Action.TIE)))
    again, effects = play(state, (4.1, press(Action.UNDO)), (4.2, press(Action.REDO)))
    assert said(effects) == [(2, "second"), (2, "tie")] and again.changes == state.changes


def test_answers_of_earlier_sessions_can_be_changed_but_not_undone_and_do_not_count() -> None:
    state, _ = play(two_answers(), *((3.0, event) for event in EARLIER))
    assert [item.pair.query for item in last_answers(state)] == [21, 22, 23, 1, 2]
    assert (state.index, len(state.answered)) == (5, 2)
    state, effects = play(state, (3.5, e.Press(Action.VISIT, query=21)), (4.0, press(Action.LEFT)))
    assert said(effects) == [(21, "second")] and len(state.answered) == 2
    state, effects = play(state, *[(5.0, press(Action.UNDO))] * 6)
    assert said(effects) == [(21, "tie"), (2, "undone"), (1, "undone")]
    assert [item.pair.query for item in last_answers(state)] == [21, 22, 23]


def test_the_strip_holds_the_last_ten() -> None:
    state = a_state(*pairs(12))
    for number in range(12):
        state, _ = play(state, (number + 1.0, press(Action.TIE)), (number + 1.5, e.Tick()))
    assert [item.pair.query for item in last_answers(state)] == list(range(3, 13))


def test_no_pair_is_seen_again_during_practice() -> None:
    state, _ = play(a_state(*PAIRS), (1.0, EARLIER[0]), (2.0, press(Action.EARLIER)))
    assert state.screen is Screen.PRACTICE and state.visited is None


def test_flag_and_note_of_an_open_pair_are_stored_at_once() -> None:
    state, effects = play(
        a_state(*pairs(1)),
        (1.0, press(Action.FLAG)),
        (1.1, press(Action.NOTE)),
        (1.2, e.Typed("odd")),
        (1.3, press(Action.CONFIRM)),
    )
    kept = [(each.preference, each.flagged, each.note) for each in remarks(effects)]
    assert kept == [(Preference.UNDONE, True, ""), (Preference.UNDONE, True, "odd")]
    shown = Item.of(Pair(1, said=remarks(effects)[-1]))
    assert (shown.given, shown.flagged, shown.note) == (None, True, "odd")


def test_a_note_that_was_not_changed_is_not_stored() -> None:
    keys = [(1.0, press(Action.NOTE)), (1.1, press(Action.CONFIRM))]
    assert remarks(play(a_state(*pairs(1)), *keys)[1]) == []


def test_flag_of_a_given_answer_keeps_the_answer() -> None:
    keys = [(3.0, press(Action.EARLIER)), (3.5, press(Action.FLAG))]
    state, effects = play(two_answers(), *keys)
    (judgement,) = remarks(effects)
    assert (judgement.preference, judgement.flagged) == (Preference.SECOND, True)
    assert state.item is not None and state.item.given == judgement


def test_an_answer_that_is_given_again_has_the_flag_of_now() -> None:
    keys = [(3.0, press(Action.UNDO)), (3.2, press(Action.FLAG)), (3.4, press(Action.REDO))]
    assert recorded(play(two_answers(), *keys)[1])[-1].flagged


def a_review() -> State:
    state = a_state(review=4, status=Status(trainer="done"))
    return play(state, (0.0, e.Arrived(tuple(event.pair for event in EARLIER))))[0]


def test_a_review_goes_through_the_answers_and_ends_with_a_summary() -> None:
    state, effects = play(
        a_review(),
        (1.0, press(Action.CONFIRM)),
        (2.0, press(Action.LEFT)),
        (2.2, e.Tick()),
        (3.0, press(Action.TIE)),
        (3.2, e.Tick()),
    )
    assert said(effects) == [(22, "first")]
    assert state.index == 3 and state.screen is Screen.WAITING  # for the fourth
    state, _ = play(state, (4.0, e.ToReview(3)))
    assert state.screen is Screen.DONE and sum(item.changed for item in state.items) == 1
    assert play(state, (5.0, press(Action.CONFIRM)))[1] == [e.Quit()]


def test_undo_in_a_review_goes_back_and_takes_changes_back() -> None:
    state, _ = play(
        a_review(), (1.0, press(Action.CONFIRM)), (2.0, press(Action.LEFT)), (2.2, e.Tick())
    )
    state, effects = play(state, (3.0, press(Action.UNDO)))
    assert said(effects) == [(22, "tie")] and state.index == 1
    state, effects = play(state, (3.0, press(Action.UNDO)), (3.0, press(Action.UNDO)))
    assert effects == [] and state.index == 0 and state.screen is Screen.LABEL


def test_the_time_of_seeing_a_pair_again_counts_as_time_to_the_changed_answer() -> None:
    keys = [(3.0, e.Press(Action.VISIT, query=21)), (5.0, press(Action.LEFT))]
    state, _ = play(a_state(*pairs(1)), (1.0, EARLIER[-1]))
    (judgement,) = recorded(play(state, *keys)[1])
    assert judgement.response_seconds == 6.0  # 4 at first, 2 now
