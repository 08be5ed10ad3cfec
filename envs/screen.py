"""The base of environments that draw themselves, their pictures, and the window that shows them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.core import ActType, ObsType

__all__ = [
    "BLUE",
    "DARK",
    "FAINT",
    "GREY",
    "ORANGE",
    "RED",
    "WHITE",
    "YELLOW",
    "Drawing",
    "DrawnEnv",
    "Frame",
    "wrapped",
]

Frame: TypeAlias = npt.NDArray[np.uint8]
"""``(height, width, 3)`` uint8."""
Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]
"""Pixels to the right of and below the upper left corner."""

DARK, FAINT, GREY = (16, 18, 22), (58, 64, 76), (150, 156, 168)
WHITE = (236, 239, 244)
ORANGE, BLUE = (230, 159, 0), (86, 180, 233)
YELLOW, RED = (240, 228, 66), (213, 94, 0)
"""Colours of Okabe and Ito, which colour-blind people can tell apart."""

_FINE = 2
"""Factor by which a picture is drawn larger and then shrunk, for smooth edges."""


class Drawing:
    """A picture that is being drawn.

    >>> drawing = Drawing(60, 40)
    >>> drawing.circle((30, 20), 5, ORANGE)
    >>> frame = drawing.frame()
    >>> frame.shape, frame[20, 30].tolist()
    ((40, 60, 3), [230, 159, 0])
    """

    def __init__(self, width: int, height: int, colour: Colour = DARK) -> None:
        """Begin with an empty picture of one colour."""
        import pygame

        self._size = width, height
        self._surface = pygame.Surface((width * _FINE, height * _FINE))
        self._surface.fill(colour)

    def line(self, begin: Point, end: Point, width: float, colour: Colour) -> None:
        """Draw a line with round ends."""
        a, b = np.multiply(begin, _FINE), np.multiply(end, _FINE)
        across = np.array([a[1] - b[1], b[0] - a[0]], np.float64)
        across *= width * _FINE / 2 / max(float(np.hypot(*across)), 1e-9)
        import pygame

        pygame.draw.polygon(self._surface, colour, [a + across, b + across, b - across, a - across])
        for point in (begin, end):
            self.circle(point, width / 2, colour)

    def circle(self, centre: Point, radius: float, colour: Colour, line: float = 0) -> None:
        """Draw a disc, or a circle with a line of some width."""
        import pygame

        pygame.draw.circle(
            self._surface, colour, np.multiply(centre, _FINE), radius * _FINE, round(line * _FINE)
        )

    def box(
        self, centre: Point, width: float, height: float, colour: Colour, *, radius: float = 5
    ) -> None:
        """Draw a box with round corners."""
        import pygame

        box = pygame.Rect(0, 0, width * _FINE, height * _FINE)
        box.center = round(centre[0] * _FINE), round(centre[1] * _FINE)
        pygame.draw.rect(self._surface, colour, box, border_radius=round(radius * _FINE))

    def text(
        self, text: str, corner: Point, size: float, colour: Colour, *, align: float = 0
    ) -> None:
        """Write one line.

        Args:
            text: the line.
            corner: its upper left corner; with another ``align`` its upper middle or right one.
            size: height of the letters in pixels, descenders included.
            colour: colour of the letters.
            align: 0 if ``corner`` is on the left, 0.5 in the middle, 1 on the right.
        """
        letters = _font(round(size * _FINE)).render(text, True, colour)
        left = corner[0] * _FINE - align * letters.get_width()
        self._surface.blit(letters, (round(left), round(corner[1] * _FINE)))

    def frame(self) -> Frame:
        """Return the picture."""
        import pygame

        small = pygame.transform.smoothscale(self._surface, self._size)
        return np.ascontiguousarray(pygame.surfarray.array3d(small).swapaxes(0, 1))


def wrapped(text: str, size: float, width: float) -> tuple[list[str], float]:
    """Break a text into lines of at most ``width`` pixels; also return the widest line's width.

    A word that is wider gets a line of its own.

    >>> wrapped("a few words", 16, 60)[0]
    ['a few', 'words']
    """
    font = _font(round(size * _FINE))
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or font.size(longer)[0] <= width * _FINE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines, max(font.size(line)[0] for line in lines) / _FINE


def _font(size: int) -> Any:
    """Return the font of pictures: matplotlib's, the same on every machine, or else pygame's."""
    import pygame

    try:
        _opened(size).get_linesize()
    except pygame.error:  # not initialised, or pygame.quit() has closed every font
        pygame.font.init()
        _opened.cache_clear()
    return _opened(size)


@cache
def _opened(size: int) -> Any:
    import pygame

    spec = find_spec("matplotlib")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = folder / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return pygame.font.Font(file if file.exists() else None, size)


class DrawnEnv(gym.Env[ObsType, ActType]):
    """An environment that draws itself and never terminates.

    A subclass defines `_begin`, `_take`, `_observe` and `_draw`, and names its frame rate.
    """

    metadata = {"render_modes": ["human", "rgb_array"], "fixed_horizon": True}
    _window: Any = None
    _clock: Any = None

    def __init__(self, render_mode: str | None = None) -> None:
        """Make the environment.

        Args:
            render_mode: ``"rgb_array"``, ``"human"`` or None.

        Raises:
            ValueError: the render mode is another one.
        """
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(
                f"render_mode must be 'human', 'rgb_array' or None, but is {render_mode!r}"
            )
        self.render_mode = render_mode
        self.title = type(self).__name__

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Begin a new episode."""
        super().reset(seed=seed)
        self._begin()
        if self.render_mode == "human":
            self.render()
        return self._observe(), {}

    def step(self, action: ActType) -> tuple[ObsType, float, bool, bool, dict[str, Any]]:
        """Take an action.

        Raises:
            ValueError: there is no such action.
        """
        reward, info = self._take(action)
        if self.render_mode == "human":
            self.render()
        return self._observe(), reward, False, False, info

    def render(self) -> Frame | None:
        """Draw it: a `Frame` in mode ``"rgb_array"``, else in a window."""
        if self.render_mode is None:
            gym.logger.warn("render() draws nothing: make the environment with a render_mode")
            return None
        frame = self._draw()
        if self.render_mode == "rgb_array":
            return frame
        import pygame

        if self._window is None:
            pygame.display.init()
            pygame.display.set_caption(self.title)
            self._window = pygame.display.set_mode(frame.shape[1::-1])
            self._clock = pygame.time.Clock()
        pygame.surfarray.blit_array(self._window, frame.swapaxes(0, 1))
        pygame.event.pump()
        pygame.display.flip()
        self._clock.tick(self.metadata["render_fps"])
        return None

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            import pygame

            pygame.display.quit()
            self._window = self._clock = None

    def _checked(self, action: Any) -> int:
        """Return an action of a discrete space as an int, or refuse it."""
        space = self.action_space
        if not space.contains(action):
            assert isinstance(space, gym.spaces.Discrete)
            raise ValueError(
                f"an action of {self.title} is an integer from 0 to {space.n - 1}, not {action!r}"
            )
        return int(action)

    def _begin(self) -> None:
        """Draw the start of an episode."""
        raise NotImplementedError

    def _take(self, action: ActType) -> tuple[float, dict[str, Any]]:
        """Take an action; return the reward and the info."""
        raise NotImplementedError

    def _observe(self) -> ObsType:
        raise NotImplementedError

    def _draw(self) -> Frame:
        raise NotImplementedError
