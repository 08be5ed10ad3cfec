"""Watching an agent: its environment above, the predicted reward below."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import numpy.typing as npt
import pygame

from rlhf_gym.window.desktop import open_window
from rlhf_gym.window.stage import Placed
from rlhf_gym.window.watching.trace import Moment, Trace
from rlhf_gym.window.watching.view import Caption, draw_watch

__all__ = ["Player", "film", "watch"]

TICKS_PER_SECOND = 60
SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)
MOST_STEPS_A_TICK = 16
HOLD_SECONDS = 0.7
"""Time for which the last picture of an episode is shown."""


@dataclass
class Player:
    """Plays steps by the clock, without a screen.

    Attributes:
        start: begins again, with a fresh episode.
        fps: moments a second at speed 1.
        caption: the text around the picture.
    """

    start: Callable[[], Iterator[Moment]]
    fps: float
    caption: Caption

    def __post_init__(self) -> None:
        self.done = False
        self.restart()

    def restart(self) -> None:
        """Begin again, with a fresh episode."""
        self.moments = self.start()
        self.trace = Trace()
        self._owed = self._held = 0.0
        self.step()

    def step(self) -> None:
        """Play one moment."""
        moment = next(self.moments, None)
        if moment is None:
            self.caption = replace(self.caption, paused=True)
        else:
            self.trace.add(moment)
            self._held = HOLD_SECONDS if moment.ended else 0.0

    def pass_time(self, seconds: float) -> int:
        """Play the steps that are due after ``seconds``; return their number."""
        if self.caption.paused:
            return 0
        if self._held > 0:
            self._held -= seconds
            return 0
        self._owed += seconds * self.fps * self.caption.speed
        steps = min(int(self._owed), MOST_STEPS_A_TICK)
        self._owed = self._owed - steps if steps < MOST_STEPS_A_TICK else 0.0
        for played in range(steps):
            self.step()
            if self._held > 0:
                self._owed = 0.0
                return played + 1
        return steps

    def press(self, key: int) -> None:
        """React to a key."""
        if key in (pygame.K_ESCAPE, pygame.K_q):
            self.done = True
        elif key == pygame.K_SPACE:
            self.caption = replace(self.caption, paused=not self.caption.paused)
        elif key == pygame.K_PERIOD:
            self.caption = replace(self.caption, paused=True)
            self.step()
        elif key == pygame.K_r:
            self.restart()
        elif key in (pygame.K_PLUS, pygame.K_EQUALS, pygame.K_KP_PLUS):
            self._change_speed(1)
        elif key in (pygame.K_MINUS, pygame.K_KP_MINUS):
            self._change_speed(-1)

    def _change_speed(self, by: int) -> None:
        place = SPEEDS.index(self.caption.speed) + by
        speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
        self.caption = replace(self.caption, speed=speed)


def watch(
    start: Callable[[], Iterator[Moment]],
    *,
    title: str,
    goal: str = "",
    fps: float = 30.0,
    size: tuple[int, int] = (1000, 760),
) -> None:
    """Show an agent in a window until it is closed.

    Args:
        start: gives the moments from the start of a fresh episode on.
        title: what is shown, e.g. the environment's id.
        goal: what the agent should do.
        fps: moments a second at speed 1.
        size: of the window, pixels.

    Raises:
        NoDisplay: there is no screen.
        WrongPygame: the other edition of pygame is installed.
    """
    open_window(f"{title} · watch", size)
    try:
        _run(Player(start, fps, Caption(title, goal)))
    finally:
        pygame.display.quit()


def _run(player: Player) -> None:
    clock, before = pygame.time.Clock(), time.monotonic()
    hints: Placed = []
    while not player.done:
        events = pygame.event.get()
        for event in events:
            if event.type == pygame.QUIT:
                player.done = True
            elif event.type == pygame.KEYDOWN:
                player.press(event.key)
            elif event.type == pygame.MOUSEBUTTONUP and event.button == 1:
                for box, hint in hints:
                    if box.collidepoint(event.pos):
                        player.press(pygame.key.key_code(hint.keys[0]))
        now = time.monotonic()
        if player.pass_time(now - before) or events:
            surface = pygame.display.get_surface()
            assert surface is not None
            mouse = pygame.mouse.get_pos() if pygame.mouse.get_focused() else None
            hints = draw_watch(surface, player.trace, player.caption, mouse)
            pygame.display.flip()
        before = now
        clock.tick(TICKS_PER_SECOND)


def film(
    moments: Iterable[Moment],
    *,
    title: str,
    goal: str = "",
    size: tuple[int, int] = (800, 640),
    every: int = 1,
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the pictures of `watch` without a window: ``(height, width, 3)`` uint8 each.

    Args:
        moments: what is shown.
        title: see `watch`.
        goal: see `watch`.
        size: of the pictures, pixels.
        every: keep one of this many moments, where there are more a second than a video needs.
    """
    surface, trace = pygame.Surface(size, depth=24), Trace()
    caption = Caption(title, goal, keys=False)
    for number, moment in enumerate(moments):
        trace.add(moment)
        if number % every == 0:
            draw_watch(surface, trace, caption)
            pixels = np.frombuffer(pygame.image.tobytes(surface, "RGB"), np.uint8)
            yield pixels.reshape(size[1], size[0], 3)
