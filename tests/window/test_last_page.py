"""The window's last page, with a real store, films and files, without a screen."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from drawn_runs import MakeRun, frames
from test_app import Open, open_app, tap, until, words

from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.feedback.outcome import Outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.labelling.state import Screen
from rlhf_gym.media.video import encode
from rlhf_gym.window.app import App
from rlhf_gym.window.ending.films import Film
from rlhf_gym.window.ending.reader import FILMS

__all__ = ["open_app"]

DONE = Outcome(
    change="better",
    verdict="PPO trained on CartPole-v1: its true return rose from 22.5 to 453.",
    before=22.5,
    after=453.0,
    way="20 episodes, actions sampled",
)


@pytest.fixture
def ended(make_run: MakeRun) -> RunFolder:
    """A run whose training is done, with a film of the untrained agent."""
    folder = RunFolder(make_run(0))
    folder.config.write_text('env_id = "CartPole-v1"\n')
    with FeedbackStore.open(folder.store) as store:
        store.publish(Progress(50_000, 50_000, 96, 100, 300.0, 0.75, state="done"))
    film(folder, "before")
    return folder


def film(folder: RunFolder, when: str) -> None:
    folder.videos.mkdir(exist_ok=True)
    encode(frames(1 if when == "before" else 3, 40), folder.videos / f"{when}.mp4", 50.0)


def shows(app: App, text: str) -> Callable[[], bool]:
    return lambda: any(text in each for each in words(app))


def test_both_films_play_beside_the_verdict(ended: RunFolder, open_app: Open) -> None:
    film(ended, "after")
    DONE.write(ended.outcome)
    app = open_app(ended.path)
    until(app, lambda: app.state.films.frames == (40, 40) and app.state.position > 0.1)
    assert app.state.base is Screen.ENDING
    found = words(app)
    assert {"Your agent got better", DONE.verdict, "22.5", "453"} <= found
    assert {"mean of 20 episodes, actions sampled", "Watch your agent"} <= found
    pictures = [film[0] for film in app.loader.films[FILMS]]
    assert all(picture.get_width() > 200 for picture in pictures)  # as large as its place


def test_nobody_sits_before_a_dead_screen_while_the_agent_is_measured(
    ended: RunFolder, open_app: Open
) -> None:
    with ended.held():  # the trainer is at work
        app = open_app(ended.path)
        until(app, lambda: app.state.films.frames == (40, 0))
        assert "Filming the agent" in words(app)
        film(ended, "after")
        Outcome("evaluating", (12, 20)).write(ended.outcome)
        until(app, shows(app, "Evaluating the agent: 12 of 20 episodes."))
        until(app, lambda: app.state.films.frames == (40, 40))
        DONE.write(ended.outcome)
        until(app, shows(app, "Your agent got better"))


def test_the_film_of_the_untrained_agent_may_be_late_too(ended: RunFolder, open_app: Open) -> None:
    (ended.videos / "before.mp4").unlink()
    Outcome("filming").write(ended.outcome)
    with ended.held():
        app = open_app(ended.path)
        until(app, shows(app, "Filming the agent"))
        assert not any("no film" in each for each in words(app))
        film(ended, "before")
        until(app, lambda: app.state.films.frames == (40, 0))


def test_a_trainer_that_died_is_not_waited_for(ended: RunFolder, open_app: Open) -> None:
    Outcome("filming").write(ended.outcome)
    app = open_app(ended.path)
    until(app, shows(app, "its process has gone"))
    assert {"There is no film of the agent after training.", "Open the report"} <= words(app)


def test_where_there_are_no_films_the_returns_are_shown_and_why(
    ended: RunFolder, open_app: Open
) -> None:
    (ended.videos / "before.mp4").write_bytes(b"no video")
    outcome = Outcome("done", before=22.5, after=453.0, no_film="the environment draws no pictures")
    outcome.write(ended.outcome)
    app = open_app(ended.path)
    until(app, shows(app, "No film: the environment draws no pictures"))
    assert {"22.5", "453"} <= words(app) and app.state.films.frames == (0, 0)


def test_who_must_not_see_results_sees_the_films_alone(ended: RunFolder, open_app: Open) -> None:
    film(ended, "after")
    DONE.write(ended.outcome)
    ended.config.write_text('env_id = "CartPole-v1"\nblind = true\n')
    app = open_app(ended.path)
    until(app, lambda: app.state.films.frames == (40, 40))
    found = " ".join(words(app))
    for hidden in ("22.5", "453", "true return", "reward model right", "better", "report"):
        assert hidden not in found


def test_a_film_that_leads_out_of_the_folder_is_not_shown(
    ended: RunFolder, open_app: Open, tmp_path: Path
) -> None:
    secret = (ended.videos / "before.mp4").rename(tmp_path / "secret.mp4")
    (ended.videos / "before.mp4").symlink_to(secret)
    DONE.write(ended.outcome)
    app = open_app(ended.path)
    until(app, shows(app, "There is no film of the agent before training."))
    until(app, lambda: FILMS in app.loader.films)
    assert app.loader.films[FILMS] == ((), ())


def test_the_report_that_is_there_is_opened_and_where_it_lies_is_said(
    ended: RunFolder, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    DONE.write(ended.outcome)
    ended.report.write_text("<html>")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)  # which is no browser: it gives None
    app = open_app(ended.path)
    until(app, shows(app, "Open the report"))
    tap(app, pygame.K_o)
    until(app, shows(app, f"there is no browser. It lies at {ended.report}"))
    assert opened == [ended.report.as_uri()]


def test_an_agent_that_may_not_be_loaded_is_not_watched_and_the_person_is_told_why(
    ended: RunFolder, open_app: Open
) -> None:
    DONE.write(ended.outcome)  # nobody has signed this folder
    app = open_app(ended.path)
    until(app, shows(app, "Watch your agent"))
    tap(app, pygame.K_w)
    until(app, shows(app, "The agent cannot be watched: "), seconds=60.0)
    assert "was not written by this account on this machine" in app.state.notice


@pytest.fixture
def square(tmp_path: Path) -> Iterator[Film]:
    pygame.display.init()
    encode(frames(3, 40), tmp_path / "film.mp4", 50.0)
    yield Film(tmp_path / "film.mp4", (240, 160))
    pygame.display.quit()


def test_a_film_shows_the_frame_that_is_asked_for_forwards_and_backwards(square: Film) -> None:
    drawn = frames(3, 40)
    assert (len(square), square.fps) == (40, 50.0)
    for index in (0, 1, 20, 20, 39, 3, 0, 39):
        shown = pygame.surfarray.array3d(square[index]).swapaxes(0, 1)[::2, ::2].astype(int)
        assert np.abs(shown - drawn[index]).mean() < 4, index
    with pytest.raises(IndexError):
        square[40]


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no video")
    with pytest.raises((OSError, ValueError)):
        Film(tmp_path / "film.mp4", (240, 160))
