"""The last page: what is said of a training that is over, and what can be done there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rlhf_gym.feedback.agreement import AnsweredPair
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.outcome import Change, Outcome
from rlhf_gym.feedback.store_records import Counts
from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.ending import Ending, Films, Given, given_by, missing_words, title, told
from rlhf_gym.labelling.items import Item, Pair
from rlhf_gym.labelling.practice import PAIRS
from rlhf_gym.labelling.reducer import reduce
from rlhf_gym.labelling.state import Action, Screen, State, Status

DONE = Outcome(change="better", verdict="It rose from 22.5 to 453.", before=22.5, after=453.0)
STATE = State("ada", status=Status(trainer="done", ending=Ending(outcome=DONE)))


def pressed(action: Action, state: State = STATE) -> tuple[State, tuple[e.Effect, ...]]:
    return reduce(state, e.Press(action), now=1.0)


def at(state: State, now: float) -> State:
    return reduce(state, e.Tick(), now)[0]


def test_the_page_comes_when_training_is_done_and_the_open_pair_goes() -> None:
    labelling = State("ada", items=(Item(Pair(7)),), appeared=0.0, enlarged=1)
    state, effects = reduce(labelling, e.StatusRead(STATE.status), now=1.0)
    assert (state.base, state.enlarged) == (Screen.ENDING, None)
    assert effects == (e.GiveBack((7,)),)


def test_practice_does_not_stand_before_it() -> None:
    practising = State("ada", items=tuple(map(Item, PAIRS)), overlay=Screen.HELP, appeared=0.0)
    state, _ = reduce(practising, e.StatusRead(STATE.status), now=1.0)
    assert (state.screen, state.items) == (Screen.ENDING, ())


@pytest.mark.parametrize("trainer", ["stopped", "training", "waiting"])
def test_a_run_that_is_not_done_keeps_its_page(trainer: str) -> None:
    state, _ = reduce(State("ada"), e.StatusRead(Status(trainer=trainer)), now=1.0)
    assert state.base is Screen.WAITING


def test_a_script_that_goes_on_with_its_agent_keeps_the_page_of_thanks_with_its_report() -> None:
    status = replace(STATE.status, ending=Ending(works=True, measured=False))
    state = replace(STATE, status=status)
    assert state.base is Screen.DONE and not state.can_watch
    assert pressed(Action.OPEN_REPORT, state)[1] == (e.OpenReport(),)


def test_keys_watch_the_agent_open_the_report_and_close() -> None:
    assert pressed(Action.WATCH)[1] == (e.Watch(),)
    assert pressed(Action.OPEN_REPORT)[1] == (e.OpenReport(),)
    assert pressed(Action.CONFIRM)[1] == pressed(Action.QUIT)[1] == (e.Quit(),)
    assert "window of its own" in pressed(Action.WATCH)[0].notice


@pytest.mark.parametrize("outcome", [None, Outcome("filming"), Outcome("evaluating", (3, 20))])
def test_nothing_is_opened_before_it_is_there(outcome: Outcome | None) -> None:
    state = replace(STATE, status=replace(STATE.status, ending=Ending(outcome=outcome, works=True)))
    assert pressed(Action.WATCH, state) == pressed(Action.OPEN_REPORT, state)
    assert pressed(Action.WATCH, state)[1] == ()


def test_answers_are_over() -> None:
    given = Judgement(1, Preference.FIRST, "ada")
    state = replace(STATE, items=(Item(Pair(1), given=given),), index=1)
    assert pressed(Action.UNDO, state)[1] == ()


def test_who_must_not_see_results_is_offered_none() -> None:
    blind = replace(STATE, blind=True)
    assert pressed(Action.WATCH, blind)[1] == pressed(Action.OPEN_REPORT, blind)[1] == ()
    assert title(Ending(outcome=DONE), blind=True) == "Training is done"
    assert "453" not in told(Ending(outcome=DONE), "runs/a", blind=True)


def test_films_play_at_their_own_speed_hold_their_ends_and_begin_again() -> None:
    films = Films((50, 25), 25.0)
    state, _ = reduce(replace(STATE, speed=2.0), e.FilmsOpened(films), now=10.0)
    state = at(state, 11.5)
    assert (films.frame(0, state.position), films.frame(1, state.position)) == (37, 24)
    held = at(state, 12.5)  # 2 s long, and 0.7 s held
    assert films.frame(0, held.position) == 49
    assert at(held, 12.9).position == pytest.approx(0.2)


def test_films_are_paused_and_played_again_and_stand_still_where_nobody_sees_them() -> None:
    state, _ = reduce(STATE, e.FilmsOpened(Films((50, 50), 25.0)), now=0.0)
    paused, _ = reduce(state, e.Press(Action.PAUSE), now=0.5)
    assert at(paused, 0.9).position == paused.position == 0.5
    again, _ = reduce(paused, e.Press(Action.REPLAY), now=1.0)
    assert at(again, 1.25).position == 0.25
    hidden, _ = reduce(again, e.Visible(False), now=1.25)
    assert at(hidden, 1.9).position == 0.25


def test_the_same_films_in_another_size_go_on_where_they_were() -> None:
    films = Films((50, 50), 25.0)
    state, _ = reduce(STATE, e.FilmsOpened(films), now=0.0)
    resized, _ = reduce(state, e.FilmsOpened(films), now=1.0)
    assert resized.position == 1.0
    other, _ = reduce(resized, e.FilmsOpened(Films((50, 75), 25.0)), now=1.5)
    assert other.position == 0.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("better", "Your agent got better"),
        ("worse", "Your agent got worse"),
        ("same", "Your agent did not get better"),
        ("unknown", "Your agent is trained"),
        ("untrained", "Nothing was learned"),
    ],
)
def test_the_title_is_honest(change: Change, words: str) -> None:
    assert title(Ending(outcome=replace(DONE, change=change))) == words


def test_a_goal_of_ones_own_is_not_what_the_return_measures() -> None:
    assert told(Ending(outcome=DONE), "") == "It rose from 22.5 to 453."
    own = told(Ending(outcome=replace(DONE, own_goal=True)), "")
    assert own.startswith("It rose from 22.5 to 453. That is the environment's own measure")


def test_a_trainer_that_is_gone_is_not_waited_for() -> None:
    broken = Ending(outcome=Outcome("evaluating", (3, 20)), works=False)
    assert not broken.comes and "rlhf-gym evaluate runs/a" in told(broken, "runs/a")


def answer(query: int, what: Preference, who: str = "ada", repeat: bool = False) -> AnsweredPair:
    judgement = Judgement(query, what, who, response_seconds=2.0)
    return AnsweredPair(judgement, (7, 8), "repeat" if repeat else "label")


def test_a_person_is_told_what_they_gave_and_not_what_others_did() -> None:
    first, unsure = Preference.FIRST, Preference.CANNOT_TELL
    answered = [answer(1, first), answer(2, first, repeat=True), answer(3, first, "bob")]
    counts = Counts(asked=6, answered=3, labels=2, open=1)
    given = given_by("ada", [*answered, answer(4, unsure)], counts, budget=5)
    assert given == Given(3, 6.0, 1, repeats=1, alike=1, labels=2, budget=5, unanswered=1)
    assert given_by("cem", answered, counts, 5).answers == 3  # who gave nothing sees what all gave


def test_labels_that_are_missing_are_explained() -> None:
    assert missing_words(Given(labels=100, budget=100)) == missing_words(Given(labels=3)) == ""
    assert missing_words(Given(labels=99, budget=100)) == (
        "1 label was never asked for, since training ended first."
    )
    assert missing_words(Given(labels=98, budget=100, unanswered=6)) == (
        "2 pairs were still to be answered when training ended."
    )
