"""The window opens before its run has a store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore, Media, Progress
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.state import State, Status
from rlhf_gym.window.app import run_window
from rlhf_gym.window.ending.reader import EndingReader
from rlhf_gym.window.layout import lay_out
from rlhf_gym.window.loading.loader import read_status
from rlhf_gym.window.opening import awaited_store, known_status
from rlhf_gym.window.view import draw


@pytest.fixture(autouse=True)
def display() -> Iterator[None]:
    pygame.display.init()
    yield
    pygame.display.quit()


def at_call(number: int, act: Callable[[], object]) -> Callable[[], bool]:
    """Return what says that a trainer lives, and does something when asked for that time."""
    calls: list[None] = []

    def lives() -> bool:
        calls.append(None)
        if len(calls) == number:
            act()
        assert len(calls) < 50
        return True

    return lives


def test_the_window_waits_for_the_store_that_the_trainer_makes(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"

    def make() -> None:
        assert pygame.display.get_caption()[0] == "Dot-v0 · rlhf-gym"
        FeedbackStore.create(path, environment=EnvironmentRecord("Dot-v0")).close()

    store = awaited_store(path, "Dot-v0", (800, 500), at_call(3, make))
    assert store is not None and store.environment.env_id == "Dot-v0"
    assert pygame.display.get_window_size() == (800, 500)
    store.close()


def test_how_an_earlier_training_ended_is_not_shown_to_somebody_who_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "feedback.db"
    with FeedbackStore.create(path, environment=EnvironmentRecord("Dot-v0")) as written:
        written.publish(Progress(9, 9, 0, 4, state="done"))
        again = at_call(3, lambda: written.publish(Progress(9, 9, 0, 4, state="training")))
        store = awaited_store(path, "Dot-v0", (800, 500), again)
        assert store is not None and pygame.display.get_surface() is not None
        store.close()
        pygame.display.quit()
        written.publish(Progress(9, 9, 0, 4, state="stopped"))
    assert awaited_store(path, "Dot-v0", (800, 500), lambda: False) is None  # there are no pairs


def test_the_pairs_of_a_run_that_goes_on_are_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    with FeedbackStore.create(path, environment=EnvironmentRecord("Dot-v0")) as written:
        clips = [Clip(np.zeros((4, 1)), np.zeros(4), np.zeros(4, np.float32)) for _ in range(2)]
        (query,) = written.add_queries([Query((clips[0], clips[1]))])
        for clip in query.clips:
            written.add_media(clip.id, Media("clips/1.mp4", 60, 40, 30.0, 4))
        written.publish(Progress(9, 90, 0, 4, state="stopped"))
    store = awaited_store(path, "Dot-v0", (800, 500), lambda: False)
    assert store is not None and pygame.display.get_surface() is None
    endings = EndingReader(RunFolder(tmp_path), "ada")
    assert read_status(store, endings).trainer == "stopped"
    assert read_status(store, endings, time.time()).trainer == ""  # it is about to report
    assert read_status(store, endings, time.time()).budget == 4
    for annotator, shared in (("ada", False), ("bob", True)):  # one window, then a second one
        store.lease("ada")
        assert read_status(store, endings, annotator=annotator).shared is shared
    store.close()


def test_the_labels_of_a_run_that_goes_on_are_shown_before_its_trainer_reports(
    tmp_path: Path,
) -> None:
    path = tmp_path / "feedback.db"
    assert known_status(path) == Status(trainer="starting")
    with FeedbackStore.create(path, environment=EnvironmentRecord("Dot-v0")) as written:
        clips = [Clip(np.zeros((4, 1)), np.zeros(4), np.zeros(4, np.float32)) for _ in range(2)]
        (query,) = written.add_queries([Query((clips[0], clips[1]))])
        written.record(Judgement(query.id, Preference.FIRST, "ada"))
        written.publish(Progress(9, 90, 1, 45, state="stopped"))
    state = State("", environment="Dot-v0", status=known_status(path))
    placed = draw(pygame.display.set_mode((800, 500)), state, {}).placed
    assert "1 of 45" in " ".join(text.text for text in placed)


def test_a_person_may_close_it_before_training_begins(tmp_path: Path) -> None:
    close = at_call(3, lambda: pygame.event.post(pygame.Event(pygame.QUIT)))
    assert awaited_store(tmp_path / "feedback.db", "Dot-v0", (800, 500), close) is None


def test_it_closes_where_training_cannot_begin(tmp_path: Path) -> None:
    assert awaited_store(tmp_path / "feedback.db", "", (800, 500), lambda: False) is None
    run_window(tmp_path, trainer=1)  # not the parent of this process
    assert pygame.display.get_surface() is None


def test_it_says_that_training_is_starting_and_offers_nothing() -> None:
    state = State("", environment="Dot-v0", status=Status(trainer="starting"))
    surface = pygame.display.set_mode((800, 500))
    texts = " ".join(placed.text for placed in draw(surface, state, {}).placed)
    assert "Training is starting" in texts and "Dot-v0" in texts
    assert lay_out((800, 500), state).buttons == ()


def test_it_says_what_takes_long_and_how_far_that_is() -> None:
    surface = pygame.display.set_mode((800, 500))
    for trainer in ("starting", "", "warming up"):
        status = Status(trainer=trainer, doing="trying how clips can be drawn: 12 of 60 steps")
        placed = draw(surface, State("", environment="Dot-v0", status=status), {}).placed
        words = " ".join(text.text for text in placed)
        assert "Trying how clips can be drawn: 12 of 60 steps." in words
