"""The window's logic: what is recorded, under any order of events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_helpers import a_state, pairs, play, press, recorded

from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.process import process_line
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Action, Choice, Pair, Screen, Status

ANSWERS = (Action.LEFT, Action.RIGHT, Action.TIE, Action.CANNOT_TELL)


def test_an_answer_names_the_clip_and_not_the_side() -> None:
    for left, wanted in ((0, Preference.FIRST), (1, Preference.SECOND)):
        _, effects = play(a_state(Pair(7, left=left)), (1.0, press(Action.LEFT)))
        assert [(j.query, j.preference, j.left) for j in recorded(effects)] == [(7, wanted, left)]


def test_a_tie_and_cannot_tell_stay_apart() -> None:
    _, tie = play(a_state(*pairs(1)), (1.0, press(Action.TIE)))
    _, neither = play(a_state(*pairs(1)), (1.0, press(Action.CANNOT_TELL)))
    assert recorded(tie)[0].preference is Preference.TIE
    assert recorded(neither)[0].preference is Preference.CANNOT_TELL


def test_a_side_that_can_be_heard_is_played_from_its_beginning_with_its_picture() -> None:
    pair = Pair(7, sounds=True)
    state = a_state(pair, position=0.4, playing=False)
    heard, effects = play(state, (1.0, press(Action.HEAR_RIGHT)))
    assert effects == [e.Hear(7, 1)] and heard.position == 0.0 and heard.playing
    assert play(state, (1.0, press(Action.HEAR_LEFT)))[1] == [e.Hear(7, 0)]
    silent = a_state(Pair(7), position=0.4, playing=False)
    assert play(silent, (1.0, press(Action.HEAR_LEFT)))[1] == []


def test_the_left_clip_is_heard_and_then_the_right_one_once_by_themselves() -> None:
    pair = Pair(7, frames=(10, 10), fps=10.0, sounds=True)  # a second each
    times = ((0.1, e.Tick()), (0.6, e.Tick()), (1.2, e.Tick()), (1.45, e.Tick()))
    state, effects = play(a_state(pair, speed=0.5), *times)  # it is played at its own speed
    assert effects == [e.Hear(7, 0), e.Hear(7, 1)] and state.hearing == 1
    state, effects = play(state, (2.0, e.Tick()), (2.5, e.Tick()), (5.0, e.Tick()))
    assert effects == [] and state.hearing is None
    state, effects = play(state, (6.0, press(Action.REPLAY)))
    assert effects == [e.Hear(7, 0)]


def test_a_sound_stops_when_its_pair_is_left_or_stands_still() -> None:
    pair = Pair(7, frames=(10, 10), fps=10.0, sounds=True)
    heard, _ = play(a_state(pair, *pairs(1)), (0.1, e.Tick()))
    for action in (Action.PAUSE, Action.MENU, Action.FORWARD, Action.LEFT, Action.GIVE_BACK):
        state, effects = play(heard, (0.5, press(action)))
        assert effects[-1] == e.Hush() and state.hearing is None, action


def test_without_a_sound_device_nothing_is_played_by_itself() -> None:
    state, effects = play(a_state(Pair(7, sounds=True)), (0.1, e.Tick()), (0.1, e.NoSound()))
    assert effects == [e.Hear(7, 0)] and state.silent and state.hearing is None
    assert play(state, (0.5, e.Tick()), (9.0, e.Tick()))[1] == []


def test_the_next_pair_comes_after_the_flash() -> None:
    state, _ = play(a_state(*pairs(2)), (1.0, press(Action.LEFT)), (1.1, e.Tick()))
    assert state.index == 0 and state.item is not None and state.item.choice is Choice.LEFT
    state, _ = play(state, (1.13, e.Tick()))
    assert state.index == 1 and state.item is not None and state.item.choice is None


def test_answers_in_the_first_moment_of_a_pair_are_ignored() -> None:
    state, effects = play(a_state(*pairs(1)), (0.149, press(Action.LEFT)))
    assert effects == []
    _, effects = play(state, (0.151, press(Action.LEFT)))
    assert len(recorded(effects)) == 1


def test_a_held_key_gives_one_answer() -> None:
    held = [(1.0 + n / 10, press(Action.LEFT, "left")) for n in range(30)]
    state, effects = play(a_state(*pairs(5)), *held)
    assert len(recorded(effects)) == 1
    _, effects = play(state, (5.0, e.Release("left")), (5.1, press(Action.LEFT, "left")))
    assert len(recorded(effects)) == 1


def test_a_key_that_went_up_in_another_window_does_not_block() -> None:
    state, _ = play(a_state(*pairs(2)), (1.0, press(Action.LEFT, "left")), (1.2, e.Focus(False)))
    _, effects = play(state, (3.0, e.Focus(True)), (4.0, press(Action.LEFT, "left")))
    assert len(recorded(effects)) == 1


def test_the_response_time_leaves_out_pause_help_lost_focus_and_minimising() -> None:
    _, effects = play(
        a_state(*pairs(1)),
        (1.0, press(Action.PAUSE)),
        (11.0, press(Action.PAUSE)),
        (12.0, press(Action.HELP)),
        (22.0, press(Action.HELP)),
        (23.0, e.Focus(False)),
        (33.0, e.Focus(True)),
        (34.0, e.Visible(False)),
        (44.0, e.Visible(True)),
        (45.0, press(Action.MENU)),
        (55.0, press(Action.MENU)),
        (56.0, press(Action.LEFT)),
    )
    assert recorded(effects)[0].response_seconds == 6.0


def test_a_full_pass_is_seen_only_when_both_clips_reached_their_ends() -> None:
    pair = Pair(1, frames=(30, 60), fps=30.0)
    _, early = play(a_state(pair), (1.9, press(Action.LEFT)))
    _, late = play(a_state(pair), (2.0, press(Action.LEFT)))
    assert [recorded(early)[0].full_pass, recorded(late)[0].full_pass] == [False, True]


def test_the_clips_run_on_one_clock_and_freeze_before_they_loop() -> None:
    state = a_state(Pair(1, frames=(30, 60), fps=30.0))
    shown = []
    for now in (0.5, 1.5, 2.1, 2.3):
        state, _ = reduce(state, e.Tick(), now)
        shown.append((state.frame(0), state.frame(1)))
    assert shown == [(15, 15), (29, 45), (29, 59), (3, 3)]


def test_half_speed_plays_half_as_far() -> None:
    state, _ = play(a_state(Pair(1, frames=(60, 60)), speed=0.5), (1.0, e.Tick()))
    assert state.frame(0) == 15


def test_frame_steps_pause_and_wrap_around() -> None:
    state = a_state(Pair(1, frames=(3, 3), fps=10.0))
    shown = []
    for action in (Action.FORWARD, Action.FORWARD, Action.FORWARD, Action.BACK):
        state, _ = reduce(state, press(action), 0.0)
        shown.append(state.frame(0))
    assert shown == [1, 2, 0, 2] and not state.playing


def test_undo_opens_the_pair_again_and_marks_the_old_answer() -> None:
    state, effects = play(
        a_state(*pairs(2)),
        (1.0, press(Action.LEFT)),
        (1.5, e.Tick()),
        (2.0, press(Action.RIGHT)),
        (3.0, press(Action.UNDO)),
        (3.1, press(Action.UNDO)),
    )
    assert [(j.query, j.preference.value) for j in recorded(effects)] == [
        (1, "first"), (2, "first"), (2, "undone"), (1, "undone"),
    ]  # fmt: skip
    assert state.item is not None and state.item.old_choice is Choice.LEFT


def test_undo_within_the_flash_takes_back_the_answer_just_given() -> None:
    state, effects = play(
        a_state(*pairs(2)), (1.0, press(Action.LEFT)), (1.05, press(Action.UNDO)), (2.0, e.Tick())
    )
    assert [j.preference.value for j in recorded(effects)] == ["first", "undone"]
    assert state.index == 0 and state.pending == (1, 2)


def test_give_back_releases_the_pair_and_never_takes_it_again_while_there_is_another() -> None:
    state, effects = play(a_state(*pairs(2)), (1.0, press(Action.GIVE_BACK)))
    assert effects == [e.GiveBack((1,))] and state.pending == (2,)
    state, effects = play(state, (2.0, e.Arrived((pairs(1)[0],))))
    assert effects == [e.GiveBack((1,))] and state.pending == (2,)


def test_a_skipped_pair_comes_back_once_nothing_else_is_left_and_others_had_their_time() -> None:
    status = Status(labels=24, budget=100, open=1, ready=1, trainer="first labels", awaited=25)
    skipped = (1.0, press(Action.FLAG)), (1.1, press(Action.GIVE_BACK))
    state, _ = play(a_state(*pairs(1)), (0.5, e.StatusRead(status)), *skipped)
    soon, effects = play(state, (2.0, e.Arrived(pairs(1))))
    assert effects == [e.GiveBack((1,))] and soon.screen is Screen.WAITING
    state, effects = play(state, (2.2, e.Arrived(pairs(1))))
    assert effects == [] and state.screen is Screen.LABEL and state.skipped == ()
    assert state.item is not None and state.item.skipped and state.item.flagged
    (judgement,) = recorded(play(state, (3.0, press(Action.CANNOT_TELL)))[1])
    assert judgement.flagged
    others = replace(status, open=3)  # two are held by others, or are not drawn yet
    waits, _ = play(a_state(*pairs(1)), (0.5, e.StatusRead(others)), *skipped)
    assert play(waits, (6.0, e.Arrived(pairs(1))))[0].item is None
    assert play(waits, (6.2, e.Arrived(pairs(1))))[0].item is not None


def test_undo_takes_back_skips_and_answers_in_their_order() -> None:
    skip, answer, undo = Action.GIVE_BACK, Action.LEFT, Action.UNDO
    state, _ = play(a_state(*pairs(3)), (1.0, press(skip)), (2.0, press(answer)), (3.0, e.Tick()))
    state, _ = play(state, (4.0, press(skip)))
    assert state.item is None
    shown, effects = [], []
    for number in range(4):
        state, more = play(state, (5.0 + number, press(undo)))
        effects.append(more)
        shown.append(state.item and state.item.pair.query)
    assert shown == [3, 2, 1, 1] and state.pending == (1, 2, 3)
    assert effects[0] == [e.TakeBack((3,))] and effects[2:] == [[e.TakeBack((1,))], []]
    assert [j.preference for j in recorded(effects[1])] == [Preference.UNDONE]


def test_flag_and_note_go_with_the_judgement() -> None:
    _, effects = play(
        a_state(*pairs(1)),
        (1.0, press(Action.FLAG)),
        (1.1, press(Action.NOTE)),
        (1.2, e.Typed("odd staart")),
        *[(1.3, press(Action.UNDO))] * 3,
        (1.4, e.Typed("rt")),
        (1.5, press(Action.LEFT, "left")),
        (1.6, press(Action.CONFIRM)),
        (2.0, press(Action.LEFT, "left")),
    )
    (judgement,) = recorded(effects)
    assert (judgement.flagged, judgement.note) == (True, "odd start")


def test_practice_is_never_recorded_and_is_remembered() -> None:
    state = a_state(*PAIRS, *pairs(1))
    effects: list[e.Effect] = []
    for number in range(3):
        state, new = play(
            state, (number + 1.0, press(Action.LEFT)), (number + 1.5, press(Action.CONFIRM))
        )
        effects += new
    assert effects == [e.Remember(practised=True)]
    assert state.screen is Screen.LABEL
    skipped, effects = play(a_state(*PAIRS, *pairs(1)), (1.0, press(Action.SKIP_PRACTICE)))
    assert effects == [e.Remember(practised=True)] and skipped.screen is Screen.LABEL


def test_a_person_who_has_practised_can_do_so_again() -> None:
    state = a_state(*pairs(2), practised=True)
    state, _ = play(state, (1.0, press(Action.LEFT)), (1.5, press(Action.MENU)))
    state, _ = play(state, (1.6, press(Action.PRACTISE)))
    assert state.screen is Screen.PRACTICE and state.pending == (2,)
    state, effects = play(state, (2.0, press(Action.UNDO)), (2.1, press(Action.SLOWER)))
    assert effects == [e.Remember(practised=True)]  # the answer before practice is not undone
    state, effects = play(state, (3.0, press(Action.SKIP_PRACTICE)))
    assert state.screen is Screen.LABEL and state.item is not None and state.item.pair.query == 2
    assert [item.pair.query for item in state.answered] == [1]


def test_a_wrong_practice_answer_can_be_given_again() -> None:
    state, _ = play(a_state(*PAIRS), (1.0, press(Action.RIGHT)), (1.5, press(Action.UNDO)))
    assert state.item is not None and state.item.given is None
    state, _ = play(state, (2.0, press(Action.LEFT)))
    assert state.item is not None and state.item.choice is state.item.pair.expected


def test_all_keys_are_behind_h_and_each_page_leads_back_to_where_it_was_opened() -> None:
    state = a_state(*PAIRS, overlay=Screen.HELP)
    state, _ = play(state, (1.0, press(Action.HELP)))
    assert state.screen is Screen.KEYS
    state, _ = play(state, (1.1, press(Action.HELP)))
    assert state.screen is Screen.HELP
    state, _ = play(state, (1.2, press(Action.CONFIRM)))
    assert state.screen is Screen.PRACTICE
    state, _ = play(state, (1.3, press(Action.MENU)), (1.4, press(Action.INSTRUCTIONS)))
    state, _ = play(state, (1.5, press(Action.HELP)), (1.6, press(Action.INSTRUCTIONS)))
    assert (state.screen, state.beneath) == (Screen.HELP, (Screen.PAUSED,))
    state, _ = play(state, (1.7, press(Action.MENU)), (1.8, press(Action.MENU)))
    assert state.screen is Screen.PRACTICE


def test_one_clip_after_the_other_is_enlarged_and_the_next_pair_shows_both() -> None:
    state, sides = a_state(*pairs(2)), []
    for number in range(4):
        state, _ = play(state, (number + 1.0, press(Action.ENLARGE)))
        sides.append(state.enlarged)
    assert sides == [0, 1, None, 0]
    state, effects = play(state, (6.0, press(Action.LEFT)), (7.0, e.Tick()))
    assert len(recorded(effects)) == 1 and state.enlarged is None and state.index == 1


def test_undo_does_not_lead_from_the_real_pairs_back_into_practice() -> None:
    state, _ = play(
        a_state(PAIRS[0], *pairs(1)), (1.0, press(Action.LEFT)), (1.5, press(Action.CONFIRM))
    )
    assert play(state, (2.0, press(Action.UNDO)))[0].screen is Screen.LABEL


def test_a_judgement_that_could_not_be_stored_is_kept_and_tried_again() -> None:
    state, effects = play(a_state(*pairs(2)), (1.0, press(Action.LEFT)))
    (judgement,) = recorded(effects)
    state, _ = play(state, (1.0, e.Failed("disk full", judgement)), (2.0, press(Action.RIGHT)))
    assert state.screen is Screen.ERROR and state.unsaved == (judgement,)
    state, effects = play(state, (3.0, press(Action.CONFIRM)))
    assert recorded(effects) == [judgement] and state.unsaved == ()


def test_when_the_trainer_is_done_open_pairs_are_released() -> None:
    state, effects = play(a_state(*pairs(3)), (1.0, e.StatusRead(Status(trainer="done"))))
    assert effects == [e.GiveBack((1, 2, 3))] and state.screen is Screen.DONE


def test_a_stopped_training_still_wants_its_open_pairs_answered() -> None:
    stopped = Status(trainer="stopped", agent_step=14_000, total_steps=100_000)
    state, _ = play(a_state(), (1.0, e.StatusRead(stopped)), (1.1, e.Arrived(pairs(2))))
    assert state.screen is Screen.LABEL and state.pending == (1, 2)
    assert process_line(state) == "training is paused at 14%"
    assert len(recorded(play(state, (2.0, press(Action.LEFT)))[1])) == 1


def test_where_no_pair_can_come_the_window_can_be_closed_with_a_key() -> None:
    stopped = Status(trainer="stopped", agent_step=2_000, total_steps=100_000, awaited=25, labels=3)
    state, effects = play(a_state(), (1.0, e.StatusRead(stopped)), (2.0, press(Action.CONFIRM)))
    assert effects == [e.Quit()]
    assert process_line(state) == "training has not begun; 22 answers until it starts"
    waiting = replace(stopped, open=2)  # not drawn yet
    effects = play(a_state(), (1.0, e.StatusRead(waiting)), (2.0, press(Action.CONFIRM)))[1]
    assert effects == []


def test_a_person_can_stop_answering_while_training_goes_on() -> None:
    trains = Status(labels=60, budget=100, trainer="training")
    state = a_state(*pairs(3), ends_training=True, status=trains)
    state, effects = play(state, (1.0, press(Action.MENU)), (1.1, press(Action.STOP_ANSWERING)))
    assert effects == [e.GiveBack((1, 2, 3)), e.LeaveOff(True)]
    assert state.screen is Screen.WAITING
    state, effects = play(state, (2.0, e.Arrived(pairs(1))))
    assert effects == [e.GiveBack((1,))] and state.item is None
    assert play(state, (3.0, press(Action.CONFIRM)))[1] == [e.Quit()]
    state, effects = play(state, (3.0, press(Action.ANSWER_AGAIN)), (3.1, e.Arrived(pairs(1))))
    assert effects == [e.LeaveOff(False)] and state.screen is Screen.LABEL


def test_before_the_first_label_nobody_can_let_training_go_on() -> None:
    state = a_state(*pairs(1), ends_training=True, status=Status(trainer="first labels"))
    assert Action.STOP_ANSWERING not in state.menu_actions


def test_the_time_left_follows_from_the_pace_so_far() -> None:
    def at(step: int, labels: int = 9) -> e.StatusRead:
        return e.StatusRead(Status(labels, None, 3, 5, step, 10_000, trainer="training"))

    state, _ = play(a_state(), (10.0, at(1000)), (15.0, at(1100)))
    assert process_line(state) == "training, 3 pairs ahead"  # five seconds tell nothing
    undrawn = replace(state, status=replace(state.status, ready=0))
    assert process_line(undrawn) == "training, drawing the next pairs"
    state, _ = play(state, (110.0, at(2000)))  # 8,000 steps remain, ten a second
    assert process_line(state) == "training, 3 pairs ahead, about 13 min left"


def test_time_in_which_training_waits_for_a_person_is_not_in_the_time_left() -> None:
    def at(step: int, trainer: str = "training", silent: float = 0.0) -> e.StatusRead:
        return e.StatusRead(
            Status(9, None, 0, 0, step, 10_000, trainer=trainer, silent_seconds=silent)
        )

    state, _ = play(a_state(), (10.0, at(1000)), (60.0, at(1500)))  # ten steps a second
    state, _ = play(state, (110.0, at(2000, "waiting")), (710.0, at(2000, "waiting")))
    state, _ = play(state, (710.5, at(2000)))
    assert process_line(state) == "training, about 13 min left"
    state, _ = play(state, (720.0, at(2000)), (760.5, at(2500)), (800.5, at(2500, silent=40.0)))
    state, _ = play(state, (3000.0, at(2500)), (3050.0, at(3000)))
    assert process_line(state) == "training, about 12 min left"  # 7,000 steps


def test_the_steps_of_the_warm_up_are_no_part_of_a_training_that_has_not_begun() -> None:
    stopped = Status(trainer="stopped", agent_step=16_000, total_steps=100_000, awaited=25)
    for labels, words in (
        (24, "training has not begun; 1 answer until it starts"),
        (25, "training starts when the run goes on"),
    ):
        status = replace(stopped, labels=labels)
        assert process_line(play(a_state(), (1.0, e.StatusRead(status)))[0]) == words


def test_enter_closes_the_window_when_all_is_done() -> None:
    done, _ = play(a_state(*pairs(1)), (1.0, e.StatusRead(Status(trainer="done"))))
    assert play(done, (2.0, press(Action.CONFIRM)))[1] == [e.Quit()]


def test_a_silent_trainer_does_not_end_the_sitting() -> None:
    status = Status(trainer="training", silent_seconds=99.0)
    state, _ = play(a_state(*pairs(1)), (1.0, e.StatusRead(status)))
    assert status.gone and state.screen is Screen.LABEL


def test_the_pause_menu_is_walked_with_the_arrow_keys() -> None:
    state, effects = play(
        a_state(*pairs(1)),
        (1.0, press(Action.MENU, "escape")),
        (1.1, press(Action.CANNOT_TELL, "down")),
        (1.2, press(Action.CANNOT_TELL, "down")),
        (1.25, press(Action.CANNOT_TELL, "down")),
        (1.3, press(Action.CONFIRM, "return")),
    )
    assert effects == [e.Quit()] and state.pending == (1,)


def test_a_long_transcript_is_scrolled_as_far_as_it_reaches_and_the_next_begins_at_its_top() -> (
    None
):
    texts = tuple(replace(pair, frames=(1, 1)) for pair in pairs(2))
    state, _ = play(a_state(*texts), (1.0, e.Reach((0.8, 0.0))), (1.1, e.Scroll(0.3)))
    assert state.scrolled == (0.3, 0.0)
    state, _ = play(state, (1.2, press(Action.FORWARD, ".")), (1.3, press(Action.FORWARD, ".")))
    assert state.scrolled == (0.8, 0.0) and state.playing
    state, _ = play(state, (1.4, e.Scroll(-0.2, (0,))), (1.5, e.Scroll(-0.2, (1,))))
    assert state.scrolled == (0.8 - 0.2, 0.0)
    state, _ = play(state, (2.0, press(Action.LEFT, "left")), (2.5, e.Tick()))
    assert state.index == 1 and state.scrolled == (0.0, 0.0)


def test_nothing_hides_why_the_trainer_has_stopped() -> None:
    stopped = e.StatusRead(Status(trainer="stopped", error="no clip could be drawn"))
    for overlay in (Screen.HELP, Screen.GOAL, Screen.PAUSED):
        practising = a_state(*PAIRS, overlay=overlay)
        state, effects = reduce(practising, stopped, 1.0)
        assert state.screen is Screen.WAITING
        assert (e.TextInput(False) in effects) == (overlay is Screen.GOAL)
        assert e.Quit() in reduce(state, press(Action.CONFIRM, "return"), 2.0)[1]
    labelling, _ = reduce(a_state(*pairs(2), overlay=Screen.HELP), stopped, 1.0)
    assert labelling.screen is Screen.LABEL, "pairs that are drawn can still be answered"


def test_the_time_of_somebody_who_has_left_is_not_counted() -> None:
    looked = [(float(second), e.Tick()) for second in range(1, 601)]
    state, effects = play(a_state(*pairs(1)), *looked, (600.5, press(Action.LEFT, "left")))
    assert 119 <= recorded(effects)[0].response_seconds <= 121
    back = [(float(second), e.Tick()) for second in range(601, 606)]
    state, _ = play(a_state(*pairs(1)), *looked, (600.5, press(Action.REPLAY)), *back)
    assert state.item is not None and 124 <= state.item.seconds <= 126


TEACHING = Status(labels=12, budget=40, trainer="training")
CLOSE = press(Action.QUIT, "ctrl+q")


def test_a_window_whose_training_stops_with_it_asks_before_it_is_closed() -> None:
    state, effects = reduce(a_state(*pairs(2), status=TEACHING, ends_training=True), CLOSE, 1.0)
    assert (state.screen, effects) == (Screen.CLOSING, ())
    assert reduce(state, CLOSE, 2.0)[1] == reduce(state, press(Action.CONFIRM), 2.0)[1]
    assert reduce(state, CLOSE, 2.0)[1] == (e.Quit(),)
    back, effects = reduce(state, press(Action.MENU), 2.0)
    assert (back.screen, effects) == (Screen.LABEL, ())


def test_it_returns_to_the_note_that_was_being_written() -> None:
    writing = a_state(*pairs(1), status=TEACHING, ends_training=True, overlay=Screen.NOTE)
    state, _ = play(replace(writing, draft="odd"), (1.0, CLOSE), (2.0, press(Action.MENU)))
    assert (state.screen, state.draft) == (Screen.NOTE, "odd")


def test_training_goes_on_without_a_window_if_it_has_labels() -> None:
    teaching = a_state(*pairs(1), status=TEACHING, ends_training=True, overlay=Screen.CLOSING)
    goes_on = press(Action.STOP_ANSWERING)
    assert reduce(teaching, goes_on, 1.0)[1] == (e.LeaveOff(True), e.Quit())
    unlabelled = replace(teaching, status=Status(trainer="first labels"))
    state, effects = reduce(unlabelled, goes_on, 1.0)
    assert (state.screen, state.left, effects) == (Screen.CLOSING, False, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_training": False},
        {"left": True},
        {"never_waits": True},
        {"status": Status(trainer="stopped")},
        {"status": Status(trainer="done")},
        {"overlay": Screen.PAUSED},
    ],
    ids=["others train", "goes on without", "never waits", "stopped", "done", "the menu says it"],
)
def test_nothing_is_asked_where_closing_stops_nothing_or_was_chosen(
    changes: dict[str, object],
) -> None:
    state = a_state(*pairs(1), **{"status": TEACHING, "ends_training": True, **changes})
    assert reduce(state, CLOSE, 1.0)[1] == (e.Quit(),)
