"""The base of environments that draw themselves, their pictures, and the window that shows them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import gymnasium as gym
import numpy as np
import numpy.typing as npt

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
    "PictureOutput",
    "check_render_mode",
    "wrapped",
]

Frame: TypeAlias = npt.NDArray[np.uint8]
"""``(height, width, 3)`` uint8."""
Colour: TypeAlias = tuple[int, int, int]
ObsType = TypeVar("ObsType")
ActType = TypeVar("ActType")
Point: TypeAlias = tuple[float, float]
"""Pixels to the right of and below the upper left corner."""

DARK, FAINT, GREY = (16, 18, 22), (58, 64, 76), (150, 156, 168)
WHITE = (236, 239, 244)
ORANGE, BLUE = (230, 159, 0), (86, 180, 233)
YELLOW, RED = (240, 228, 66), (213, 94, 0)
"""Colours of Okabe and Ito, which colour-blind people can tell apart."""

_FINE = 2
"""Factor by which a picture is drawn larger and then shrunk, for smooth edges."""
_MODES = ("human", "rgb_array")


def check_render_mode(render_mode: str | None) -> None:
    """Check a render mode.

    Raises:
        ValueError: it is none of ``"human"``, ``"rgb_array"`` and None.
    """
    if render_mode not in (None, *_MODES):
        raise ValueError(
            f"render_mode must be 'human', 'rgb_array' or None, but is {render_mode!r}"
        )


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
        across = np.array([a[1] - b[1], b[0] - a[0]])
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


class PictureOutput:
    """Returns pictures or shows them in a window, depending on the render mode.

    Args:
        render_mode: ``"rgb_array"``, ``"human"`` or None.
        fps: frames per second in a window.
        title: title of the window.

    Raises:
        ValueError: the render mode is another one.
    """

    def __init__(self, render_mode: str | None, fps: float, title: str) -> None:
        check_render_mode(render_mode)
        self.render_mode, self.fps, self.title = render_mode, fps, title
        self._window: Any = None
        self._clock: Any = None

    @property
    def wanted(self) -> bool:
        """Whether pictures are drawn at all; warns if they are not."""
        if self.render_mode is None:
            gym.logger.warn("render() draws nothing: make the environment with a render_mode")
        return self.render_mode is not None

    def show(self, frame: Frame) -> Frame | None:
        """Return the picture, or show it in a window in mode ``"human"``."""
        if self.render_mode != "human":
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
        self._clock.tick(self.fps)
        return None

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            import pygame

            pygame.display.quit()
            self._window = self._clock = None


class DrawnEnv(gym.Env[ObsType, ActType]):
    """An environment that draws itself, with `_draw`."""

    def __init__(self, render_mode: str | None = None) -> None:
        """Make the environment.

        Args:
            render_mode: ``"rgb_array"``, ``"human"`` or None.

        Raises:
            ValueError: the render mode is another one.
        """
        self.screen = PictureOutput(render_mode, self.metadata["render_fps"], type(self).__name__)
        self.render_mode = render_mode

    def render(self) -> Frame | None:
        """Draw it: a `Frame` in mode ``"rgb_array"``, else in a window."""
        return self.screen.show(self._draw()) if self.screen.wanted else None

    def close(self) -> None:
        """Close the window."""
        self.screen.close()

    def _draw(self) -> Frame:
        raise NotImplementedError
