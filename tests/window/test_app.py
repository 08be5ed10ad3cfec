"""The window with posted events and a real store, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from drawn_runs import MakeRun, fill

from rlhf_gym.basics.display import NoDisplay
from rlhf_gym.clips.clip import Clip
from rlhf_gym.envs.known import GENERAL_GOAL
from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.store_records import TrainerState
from rlhf_gym.labelling.gaps import lingering
from rlhf_gym.labelling.state import Action, Screen
from rlhf_gym.window.app import App
from rlhf_gym.window.desktop import open_display
from rlhf_gym.window.layout import lay_out
from rlhf_gym.window.memory import Remembered, recall, remember
from rlhf_gym.window.view import draw

Open = Callable[..., App]


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    opened: list[tuple[App, FeedbackStore]] = []

    def open_run(
        run: Path,
        annotator: str = "ada",
        with_practice: bool | None = False,
        review: Sequence[int] | None = None,
    ) -> App:
        open_display()
        store = FeedbackStore.open(run / "feedback.db")
        app = App(run, store, annotator, with_practice, (800, 480), review)
        app.start()
        opened.append((app, store))
        return app

    yield open_run
    for app, store in opened:
        app.leave()
        store.close()
    pygame.display.quit()


def until(app: App, condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window run until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, app.state
        app.turn()
        time.sleep(0.005)


def showing(app: App) -> Screen:
    return app.state.screen


def words(app: App) -> set[str]:
    """All texts that the window shows."""
    return {placed.text for placed in draw(pygame.Surface((1280, 800)), app.state, {}).placed}


def tap(app: App, key: int) -> None:
    """Press and release a key, and let the answer's flash pass."""
    for kind in (pygame.KEYDOWN, pygame.KEYUP):
        pygame.event.post(pygame.Event(kind, key=key, mod=0, unicode="", scancode=0))
    app.turn()
    until(app, lambda: app.state.flash_until is None)


def ready(app: App) -> None:
    """Wait for a pair that takes answers."""
    until(
        app, lambda: app.state.item is not None and app.state.now > (app.state.appeared or 0) + 0.2
    )


def test_ten_answers_reach_the_store_once_each(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(10)
    app = open_app(run)
    keys = (pygame.K_LEFT, pygame.K_RIGHT, pygame.K_UP, pygame.K_DOWN)
    for number in range(10):
        ready(app)
        tap(app, keys[number % 4])
    with FeedbackStore.open(run / "feedback.db") as store:
        log, counts = store.judgements(), store.counts()
    assert sorted(judgement.query for judgement in log) == list(range(1, 11))
    assert (counts.answered, counts.ties, counts.cannot_tell, counts.open) == (10, 2, 2, 0)
    assert {j.annotator for j in log} == {"ada"} and all(j.response_seconds > 0 for j in log)
    until(app, lambda: app.state.screen is Screen.WAITING)


def test_both_transcripts_of_a_pair_are_shown_at_one_scale(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(0)  # the left one is scrolled; the right one is reduced, to be seen whole
    fill(run, 1, draw=lambda clip: np.full((1, (900, 500)[clip % 2], 640, 3), 240, np.uint8))
    app = open_app(run)
    ready(app)
    until(app, lambda: app.state.reach != (0.0, 0.0))
    (shown,) = app.loader.pictures.values()
    assert len({pictures[0].get_width() for pictures in shown}) == 1
    assert sorted(app.state.reach)[0] < 0.02 < sorted(app.state.reach)[1]


def test_the_newest_query_comes_first_and_left_means_the_clip_on_the_left(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(2)
    app = open_app(run)
    ready(app)
    tap(app, pygame.K_LEFT)
    with FeedbackStore.open(run / "feedback.db") as store:
        (judgement,) = store.judgements()
    assert (judgement.query, judgement.left) == (2, 1)
    assert judgement.preference is Preference.SECOND


def test_undo_reaches_the_store_and_a_new_answer_supersedes(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    app = open_app(run)
    ready(app)
    tap(app, pygame.K_UP)
    tap(app, pygame.K_BACKSPACE)
    ready(app)
    tap(app, pygame.K_DOWN)
    with FeedbackStore.open(run / "feedback.db") as store:
        log, current = store.judgements(), store.current()
    assert [j.preference.value for j in log] == ["tie", "undone", "cannot_tell"]
    assert [j.preference.value for j in current[1]] == ["cannot_tell"]


def click(app: App, position: tuple[int, int]) -> None:
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.Event(kind, button=1, pos=position))
    app.turn()


def test_an_answer_of_an_earlier_session_is_clicked_seen_again_and_changed(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(3)
    first = open_app(run)
    for key in (pygame.K_UP, pygame.K_DOWN):
        ready(first)
        tap(first, key)
    first.leave()
    app = open_app(run)
    ready(app)
    until(app, lambda: app.state.index == 2)
    pygame.display.set_mode((1280, 800))
    marks = [b for b in lay_out((1280, 800), app.state).buttons if b.look == "mark"]
    assert [mark.query for mark in marks] == [3, 2]
    click(app, marks[0].rect.center)
    until(app, lambda: 3 in app.loader.pictures)
    ready(app)
    tap(app, pygame.K_LEFT)
    assert app.state.visited is None and app.state.pending == (1,)
    with FeedbackStore.open(run / "feedback.db") as store:
        log, current = store.judgements(), store.current()
    assert [(j.query, j.preference.value) for j in log[2:]] == [(3, "first")]
    assert log[2].supersedes == log[0].id and len(current[3]) == 1


def test_flag_and_note_of_an_open_pair_are_there_in_the_next_session(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    app = open_app(run)
    ready(app)
    tap(app, pygame.K_f)
    with FeedbackStore.open(run / "feedback.db") as store:
        assert [(j.preference, j.flagged) for j in store.judgements()] == [
            (Preference.UNDONE, True)
        ]
        assert store.counts().open == 1
    app.leave()
    again = open_app(run)
    ready(again)
    assert again.state.item is not None and again.state.item.flagged
    tap(again, pygame.K_UP)
    with FeedbackStore.open(run / "feedback.db") as store:
        assert [j.flagged for j in store.current()[1]] == [True]


def test_a_review_shows_the_answers_of_one_person_and_stores_what_changes(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(4)
    with FeedbackStore.open(run / "feedback.db") as store:
        for query, who in ((1, "ada"), (2, "bob"), (3, "ada"), (4, "ada")):
            store.record(Judgement(query, Preference.TIE, who, flagged=query == 3))
    app = open_app(run, review=[1])
    shown = []
    for key in (pygame.K_RETURN, pygame.K_DOWN, pygame.K_RETURN):
        ready(app)
        assert app.state.item is not None
        shown.append(app.state.item.pair.query)
        tap(app, key)
    assert shown == [1, 3, 4] and app.state.review == 3
    assert app.state.screen is Screen.DONE
    with FeedbackStore.open(run / "feedback.db") as store:
        answers = {query: given[0].preference.value for query, given in store.current().items()}
    assert answers == {1: "tie", 2: "tie", 3: "cannot_tell", 4: "tie"}


def test_a_review_leaves_out_what_can_no_longer_be_shown(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(2)
    with FeedbackStore.open(run / "feedback.db") as store:
        for query in (1, 2):
            store.record(Judgement(query, Preference.TIE, "ada"))
        (run / f"clips/{store.query(2).clips[0].id:06d}.mp4").unlink()
    app = open_app(run, review=[])
    until(app, lambda: app.state.review == 1)
    ready(app)
    assert app.state.item is not None and app.state.item.pair.query == 1


def test_the_mouse_answers_where_it_was_pressed_and_released(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    app = open_app(run)
    ready(app)
    buttons = {b.action: b for b in lay_out((800, 480), app.state).buttons if b.look == "answer"}
    right, tie = buttons[Action.RIGHT].rect.center, buttons[Action.TIE].rect.center
    for kind, place in (
        (pygame.MOUSEBUTTONDOWN, right), (pygame.MOUSEBUTTONUP, tie),
        (pygame.MOUSEBUTTONDOWN, tie), (pygame.MOUSEBUTTONUP, tie),
    ):  # fmt: skip
        pygame.event.post(pygame.Event(kind, pos=place, button=1))
    app.turn()
    with FeedbackStore.open(run / "feedback.db") as store:
        assert [j.preference.value for j in store.judgements()] == ["tie"]


def test_queries_that_come_later_are_shown(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(0)
    app = open_app(run)
    until(app, lambda: app.state.status.trainer == "training")
    assert showing(app) is Screen.WAITING
    fill(run, 1)
    ready(app)
    assert showing(app) is Screen.LABEL


def test_the_last_pair_stays_dimmed_on_the_screen_until_the_next_one_comes(
    make_run: MakeRun, open_app: Open
) -> None:
    app = open_app(make_run(1))
    ready(app)
    place = lay_out((800, 480), app.state).boxes["picture0"]
    place.width //= 3  # the rest may lie beneath the words of the gap

    def spread() -> float:
        """How far the colours on the screen differ."""
        surface = pygame.display.get_surface()
        assert surface is not None
        return float(pygame.surfarray.array3d(surface.subsurface(place)).std(axis=(0, 1)).max())

    bright = spread()
    tap(app, pygame.K_LEFT)
    until(app, lambda: lingering(app.state) is not None)
    app.turn()
    assert 0.15 * bright < spread() < 0.4 * bright  # a quarter of it is left


def test_the_end_of_training_ends_the_sitting(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(3)
    app = open_app(run)
    ready(app)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(50_000, 50_000, 0, 200, state="done"))
    until(app, lambda: app.state.screen is Screen.DONE)


def test_the_open_pairs_of_a_stopped_run_are_answered(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(2)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(13_536, 100_000, 41, 100, state="stopped"))
    app = open_app(run)
    ready(app)
    tap(app, pygame.K_LEFT)
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.counts().answered == 1


def test_the_window_asks_on_where_an_answer_was_no_label(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(3)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(1000, 50_000, 0, budget=2))
    app = open_app(run)
    for key in (pygame.K_LEFT, pygame.K_DOWN):
        ready(app)
        tap(app, key)
    ready(app)  # "can't tell" is none of the two labels that are wanted
    until(app, lambda: app.state.status.labels == 1)
    assert not app.state.status.finished
    tap(app, pygame.K_RIGHT)
    until(app, lambda: app.state.screen is Screen.DONE)


def test_a_skipped_pair_that_alone_is_left_comes_back_by_itself_and_is_replaced_by_cant_tell(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(1000, 50_000, 24, 100, state="first labels", awaited=25))
    app = open_app(run)
    ready(app)
    for _ in range(2):  # once, and once more
        tap(app, pygame.K_s)
        assert showing(app) is Screen.WAITING and app.state.pending == ()
        until(app, lambda: "Only pairs that you skipped are left" in words(app))
        ready(app)
        assert any("You skipped this pair" in text for text in words(app))
    tap(app, pygame.K_s)
    tap(app, pygame.K_BACKSPACE)
    ready(app)
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.lease("grace") == []
        tap(app, pygame.K_DOWN)
        assert store.counts().cannot_tell == 1 and store.open_ids() == []


def test_closing_gives_the_open_pairs_to_others(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(3)
    app = open_app(run)
    until(app, lambda: len(app.state.pending) == 3)
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.lease("grace", 3) == []
        app.leave()
        assert len(store.lease("grace", 3)) == 3


def test_a_broken_video_takes_its_query_out_and_nothing_else(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(2)
    (run / "clips" / "000003.mp4").write_bytes(b"no video")
    app = open_app(run)
    ready(app)
    assert app.state.item is not None and app.state.item.pair.query == 1
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.counts().withdrawn == 1


def test_practice_comes_once_for_each_person(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(1)
    app = open_app(run, with_practice=None)
    assert showing(app) is Screen.HELP
    until(app, lambda: len(app.loader.pictures) >= 3)
    tap(app, pygame.K_RETURN)
    assert showing(app) is Screen.PRACTICE
    for key in (pygame.K_LEFT, pygame.K_RIGHT, pygame.K_UP):
        ready(app)
        tap(app, key)
        assert app.state.item is not None and app.state.item.choice is app.state.item.pair.expected
        tap(app, pygame.K_RETURN)
    assert recall("ada").practised and not recall("grace").practised
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.judgements() == []
    again = run.rename(run.with_name("another_run"))
    assert open_app(again, with_practice=None).state.overlay is None
    assert open_app(again, "grace", with_practice=None).state.overlay is Screen.HELP
    assert open_app(again, with_practice=True).state.overlay is Screen.HELP


def test_a_run_that_is_blind_shows_no_results_in_any_window(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    assert {"true return", "reward model right"} <= words(open_app(run))
    (run / "config.toml").write_text("blind = true\n")
    assert words(open_app(run)).isdisjoint({"true return", "reward model right"})


@pytest.mark.parametrize(
    ("draws", "told"), [(True, "Drawing the first pairs"), (False, "Nothing is left to label")]
)
def test_pairs_of_a_stopped_run_that_are_being_drawn_are_awaited(
    make_run: MakeRun, open_app: Open, draws: bool, told: str
) -> None:
    run = make_run(0)
    clips = [
        Clip(np.zeros((9, 4), np.float32), np.zeros(9, int), np.zeros(9, np.float32))
        for _ in range(2)
    ]
    with FeedbackStore.open(run / "feedback.db") as store:
        store.add_queries([Query((clips[0], clips[1]))])
        store.publish(Progress(0, 50_000, 0, 200, None, None, "stopped", awaited=50))
    app = open_app(run)
    app.state = replace(app.state, draws=draws)
    assert any(told in text for text in words(app))


@pytest.mark.parametrize(("accuracy", "told"), [(0.75, False), (0.55, True)])
def test_who_gives_answers_that_cannot_be_predicted_is_told(
    make_run: MakeRun, open_app: Open, accuracy: float, told: bool
) -> None:
    run = make_run(1)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(1000, 50_000, 60, 200, 0.218, accuracy))
    found = words(open_app(run))
    assert ("reward model right, hardly more than by guessing" in found) == told
    assert "0.218" in found  # which is not nothing


@pytest.mark.parametrize("state", ["done", "stopped"])
def test_where_nothing_is_left_to_label_nobody_practises(
    make_run: MakeRun, open_app: Open, state: TrainerState
) -> None:
    run = make_run(0)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(50_000, 50_000, 100, 200, state=state))
    app = open_app(run, with_practice=None)
    assert app.state.base is (Screen.DONE if state == "done" else Screen.WAITING)
    assert app.state.overlay is None and not recall("ada").practised


def test_speed_and_scale_are_remembered(tmp_path: Path) -> None:
    remember("ada/l", Remembered(True, 0.5, 2.0))
    remember("grace", Remembered(False, 1.0, 1.0))
    assert recall("ada/l") == Remembered(True, 0.5, 2.0)
    (tmp_path / "state" / "rlhf-gym" / "people" / "grace.json").write_text("{")
    assert recall("grace") == Remembered()


def test_an_account_without_a_home_labels_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/no/such/place")
    remember("ada", Remembered(practised=True))
    assert recall("ada") == Remembered()


def test_without_a_display_the_error_names_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    pygame.display.quit()
    with pytest.raises(NoDisplay, match="ssh -X.*synthetic"):
        open_display()


def test_a_run_without_a_goal_asks_for_one_which_is_kept_for_all(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(1)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.set_goal(GENERAL_GOAL.text)
    app = open_app(run)
    assert showing(app) is Screen.GOAL
    for text in ("fly", " home"):
        pygame.event.post(pygame.Event(pygame.TEXTINPUT, text=text))
    tap(app, pygame.K_f)  # writes, and flags nothing
    tap(app, pygame.K_RETURN)
    ready(app)
    assert showing(app) is Screen.LABEL and app.state.shown_goal == "fly home"
    again = open_app(run, "bert")
    assert showing(again) is not Screen.GOAL and again.state.goal == "fly home"


def test_a_run_that_is_resumed_asks_for_a_goal_once_it_wants_answers(
    make_run: MakeRun, open_app: Open
) -> None:
    run = make_run(0)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.set_goal(GENERAL_GOAL.text)
        store.publish(Progress(500, 5000, 0, 20, state="stopped"))
        app = open_app(run)
        assert showing(app) is Screen.WAITING
        store.publish(Progress(500, 5000, 0, 20, state="training"))
        until(app, lambda: showing(app) is Screen.GOAL)
    tap(app, pygame.K_RETURN)
    assert showing(app) is Screen.GOAL  # nothing is written yet
    tap(app, pygame.K_ESCAPE)
    assert showing(app) is Screen.WAITING


def test_nobody_has_to_say_a_goal(make_run: MakeRun, open_app: Open) -> None:
    run = make_run(1)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.set_goal(GENERAL_GOAL.text)
    app = open_app(run)
    tap(app, pygame.K_ESCAPE)
    ready(app)
    assert showing(app) is Screen.LABEL and Action.SAY_GOAL in app.state.menu_actions
    with FeedbackStore.open(run / "feedback.db") as store:
        assert store.environment.goal == GENERAL_GOAL.text
