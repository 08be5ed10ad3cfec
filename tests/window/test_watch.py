import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest

from rlhf_gym.window.watching.player import Player, film, watch
from rlhf_gym.window.watching.trace import LENGTH, Moment, Trace
from rlhf_gym.window.watching.view import Caption, draw_watch


def moment(
    learned: float = 1.0, *, spread: float = 0.1, true: float = 2.0, ended: bool = False
) -> Moment:
    frame = np.full((40, 60, 3), 250, np.uint8)
    members = np.array([learned - spread, learned, learned + spread], np.float32)
    return Moment(frame, learned, members, true, ended)


def pictures(moments: list[Moment]) -> list[np.ndarray]:
    return list(film(moments, title="CartPole-v1", goal="Keep the pole upright."))


def test_returns_are_summed_within_an_episode_and_begin_anew_after_it() -> None:
    trace = Trace()
    for ended in (False, True, False):
        trace.add(moment(1.5, true=2.0, ended=ended))
    assert (trace.episode, trace.step) == (2, 1)
    assert (trace.learned_return, trace.true_return) == (1.5, 2.0)
    assert trace.finished == [(3.0, 4.0)]
    assert list(trace.starts) == [True, False, True]


def test_the_band_goes_from_the_least_to_the_most_of_the_members() -> None:
    trace = Trace()
    trace.add(moment(1.0, spread=0.25))
    assert (trace.low[0], trace.high[0]) == (0.75, 1.25)


def test_only_the_newest_steps_are_kept_in_view() -> None:
    trace = Trace()
    for _ in range(LENGTH + 50):
        trace.add(moment())
    assert len(trace.learned) == LENGTH
    assert trace.step == LENGTH + 50


@pytest.mark.parametrize("learned", [0.0, 5.0, -5.0, 0.001])
def test_the_zero_and_every_value_are_in_view(learned: float) -> None:
    trace = Trace()
    trace.add(moment(learned))
    low, high = trace.span()
    assert low < min(0.0, trace.low[0]) and max(0.0, trace.high[0]) < high
    assert high - low >= 2.0


def test_a_film_has_one_picture_a_moment_of_the_size_asked_for() -> None:
    frames = list(film([moment()] * 3, title="a", size=(640, 480)))
    assert [frame.shape for frame in frames] == [(480, 640, 3)] * 3
    assert frames[0].dtype == np.uint8


def test_a_film_can_leave_moments_out() -> None:
    assert len(list(film([moment()] * 5, title="a", every=2))) == 3


def test_the_environments_picture_stands_above_the_rewards() -> None:
    (picture,) = pictures([moment()])
    white = (picture == 250).all(axis=2)
    rows = np.flatnonzero(white.any(axis=1))
    assert white.sum() > 30_000
    assert rows.max() < picture.shape[0] * 0.72


def test_a_higher_prediction_is_drawn_higher() -> None:
    def height(learned: float) -> float:
        frames = pictures([moment(2.0), moment(-2.0), *[moment(learned)] * 100])
        plot = frames[-1][480:, 400:]
        blue = plot[..., 2].astype(int) - plot[..., 0] > 100
        return float(np.nonzero(blue)[0].mean())

    assert height(1.5) < height(-1.5)


def test_a_film_can_begin_after_an_environment_has_quit_pygame() -> None:
    pictures([moment()])
    pygame.quit()
    assert len(pictures([moment()])) == 1


@pytest.mark.parametrize("size", [(480, 400), (800, 480), (1920, 1080), (3840, 2160)])
def test_every_size_of_window_can_be_drawn(size: tuple[int, int]) -> None:
    trace = Trace()
    draw_watch(pygame.Surface(size), trace, Caption("before the first step"))
    for value in (1e6, -1e6, 0.0):
        trace.add(moment(value))
    draw_watch(pygame.Surface(size), trace, Caption("t", "a long goal " * 30, paused=True))


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SDL_VIDEODRIVER", "dummy")


def key(code: int) -> pygame.event.Event:
    return pygame.event.Event(pygame.KEYDOWN, key=code)


def played(keys: list[int]) -> list[str]:
    """What happened while keys were pressed, one a moment, the last of which is Escape."""
    log: list[str] = []

    def start() -> Iterator[Moment]:
        log.append("start")
        for code in [*keys, pygame.K_ESCAPE]:
            pygame.event.post(key(code))
            log.append("step")
            yield moment()

    watch(start, title="a", fps=60.0)
    return log


def test_escape_closes_the_window(no_screen: None) -> None:
    assert played([])[:2] == ["start", "step"]


def test_r_begins_anew(no_screen: None) -> None:
    log: list[str] = []

    def start() -> Iterator[Moment]:
        log.append("start")
        pygame.event.post(key(pygame.K_r if len(log) < 3 else pygame.K_ESCAPE))
        while True:
            yield moment()

    watch(start, title="a")
    assert log == ["start"] * 3


def test_while_paused_only_the_full_stop_goes_on(no_screen: None) -> None:
    seen: list[int] = []

    def start() -> Iterator[Moment]:
        for code in (pygame.K_SPACE, pygame.K_PERIOD, pygame.K_PERIOD, pygame.K_ESCAPE):
            pygame.event.post(key(code))
        for number in range(10_000):
            seen.append(number)
            yield moment()

    watch(start, title="a", fps=10_000.0)
    assert seen == [0, 1, 2]


def test_the_window_stays_open_when_there_is_nothing_more_to_show(no_screen: None) -> None:
    assert played([pygame.K_PLUS, pygame.K_MINUS])[0] == "start"


def test_the_last_picture_of_an_episode_is_held() -> None:
    moments = [moment(), moment(ended=True), moment(), moment()]
    player = Player(lambda: iter(moments), 10.0, Caption("a"))
    assert player.pass_time(0.1) == 1  # the end
    assert [player.pass_time(0.3) for _ in range(3)] == [0, 0, 0]
    assert player.pass_time(0.1) == 1 and player.trace.episode == 2


def test_the_picture_behind_the_end_is_shown_with_how_it_ended() -> None:
    trace, last = Trace(), np.zeros((40, 60, 3), np.uint8)
    trace.add(replace(moment(ended=True), last=last, end="fell"))
    assert trace.frame is last and trace.end == "fell"
    trace.add(moment())
    assert trace.frame is not last and trace.end == ""


def test_the_keys_can_be_clicked() -> None:
    surface = pygame.Surface((1000, 760))
    placed = draw_watch(surface, Trace(), Caption("a"))
    assert [hint.keys[0] for _, hint in placed] == ["space", ".", "-", "=", "r", "escape"]
    assert all(surface.get_rect().contains(box) for box, _ in placed)
