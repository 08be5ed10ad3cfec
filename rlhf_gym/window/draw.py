"""Canvas: smooth panels, shapes, and text that always fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.theme import Colour

__all__ = ["Align", "Canvas", "Placed", "Shape", "draw_rod"]

Align = Literal["left", "center", "right"]
Point = pygame.Vector2 | tuple[float, float]
Shape = Literal[
    "left",
    "right",
    "up",
    "down",
    "tick",
    "cross",
    "flag",
    "disc",
    "play",
    "pause",
    "speaker",
    "mute",
]
SMOOTH = 4  # shapes are drawn this much larger and then scaled down

_POLYGONS: dict[str, tuple[tuple[float, float], ...]] = {
    "left": ((0.1, 0.5), (0.52, 0.12), (0.52, 0.38), (0.9, 0.38), (0.9, 0.62), (0.52, 0.62),
             (0.52, 0.88)),
    "play": ((0.24, 0.12), (0.88, 0.5), (0.24, 0.88)),
    "speaker": ((0.04, 0.36), (0.24, 0.36), (0.5, 0.12), (0.5, 0.88), (0.24, 0.64), (0.04, 0.64)),
    "mute": ((0.04, 0.36), (0.24, 0.36), (0.5, 0.12), (0.5, 0.88), (0.24, 0.64), (0.04, 0.64)),
    "flag": ((0.2, 0.08), (0.9, 0.3), (0.32, 0.54), (0.32, 0.94), (0.2, 0.94)),
}  # fmt: skip
_LINES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "tick": (((0.16, 0.54), (0.41, 0.78), (0.86, 0.26)),),
    "cross": (((0.22, 0.22), (0.78, 0.78)), ((0.78, 0.22), (0.22, 0.78))),
    "speaker": (
        ((0.66, 0.36), (0.72, 0.5), (0.66, 0.64)),
        ((0.84, 0.22), (0.93, 0.5), (0.84, 0.78)),
    ),
    "mute": (((0.66, 0.36), (0.94, 0.64)), ((0.94, 0.36), (0.66, 0.64))),
    "pause": (((0.34, 0.18), (0.34, 0.82)), ((0.66, 0.18), (0.66, 0.82))),
}
_TURNS = {"left": 0, "down": 90, "right": 180, "up": 270}


@lru_cache(maxsize=256)
def _shape(name: Shape, pixels: int, colour: Colour) -> pygame.Surface:
    """A square picture of a shape on a clear ground."""
    size = pixels * SMOOTH
    surface = pygame.Surface((size, size), pygame.SRCALPHA)
    surface.fill((*colour, 0))
    if name == "disc":
        pygame.draw.circle(surface, colour, (size / 2, size / 2), size / 2)
    for line in _LINES.get(name, ()):
        points = [(x * size, y * size) for x, y in line]
        for start, end in zip(points, points[1:], strict=False):
            draw_rod(surface, colour, start, end, size * 0.14)
    polygon = _POLYGONS.get("left" if name in _TURNS else name)
    if polygon:
        pygame.draw.polygon(surface, colour, [(x * size, y * size) for x, y in polygon])
    surface = pygame.transform.rotate(surface, _TURNS.get(name, 0))
    return pygame.transform.smoothscale(surface, (pixels, pixels))


def draw_rod(
    surface: pygame.Surface, colour: Colour, start: Point, end: Point, width: float
) -> None:
    """Draw a thick line with round ends."""
    a, b = pygame.Vector2(start), pygame.Vector2(end)
    side = (b - a).normalize().rotate(90) * (width / 2)
    pygame.draw.polygon(surface, colour, [a + side, b + side, b - side, a - side])
    for point in (a, b):
        pygame.draw.circle(surface, colour, point, width / 2)


@lru_cache(maxsize=256)
def _corner(radius: int, colour: Colour, inverse: bool) -> pygame.Surface:
    """The upper left quarter of a disc, or what it leaves of its square."""
    size = radius * SMOOTH
    surface = pygame.Surface((size, size), pygame.SRCALPHA)
    surface.fill((*colour, 255 if inverse else 0))
    pygame.draw.circle(surface, (*colour, 0 if inverse else 255), (size, size), size)
    return pygame.transform.smoothscale(surface, (radius, radius))


@lru_cache(maxsize=512)
def _line(text: str, pixels: int, bold: bool, colour: Colour) -> pygame.Surface:
    return theme.font(pixels, bold).render(text, True, colour)


def _wrap(text: str, font: pygame.font.Font, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.size(longer)[0] > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


@lru_cache(maxsize=512)
def _fitted(
    text: str, size: tuple[int, int], pixels: int, bold: bool
) -> tuple[tuple[str, ...], int, bool]:
    """The lines and the font height with which ``text`` fits, and whether it had to be cut."""
    width, height = size
    smallest = min(pixels, max(9, round(pixels * 0.55)))
    for height_of_font in range(pixels, smallest - 1, -1):
        font = theme.font(height_of_font, bold)
        lines = _wrap(text, font, width)
        fits_height = len(lines) * font.get_linesize() <= max(height, font.get_linesize())
        if fits_height and all(font.size(line)[0] <= width for line in lines):
            return tuple(lines), height_of_font, False
    room = max(1, height // font.get_linesize())
    kept = lines[:room]
    if len(lines) > room:
        kept[-1] = " ".join(lines[room - 1 :])
    return tuple(_cut(line, font, width) for line in kept), smallest, True


def _cut(line: str, font: pygame.font.Font, width: int) -> str:
    if font.size(line)[0] <= width:
        return line
    while line and font.size(line + "…")[0] > width:
        line = line[:-1]
    return line.rstrip() + "…"


@dataclass(frozen=True)
class Placed:
    """A text that was drawn: words, box, place, whether it was cut, and its two colours."""

    text: str
    box: pygame.Rect
    rect: pygame.Rect
    cut: bool
    colour: Colour
    ground: Colour


@dataclass
class Canvas:
    """A surface with the window's way of drawing on it.

    Attributes:
        surface: where it draws.
        unit: pixels of one layout unit.
        placed: every text that was drawn, for tests.
    """

    surface: pygame.Surface
    unit: float
    placed: list[Placed] = field(default_factory=list)

    def px(self, units: float) -> int:
        """Layout units as whole pixels, at least one."""
        return max(1, round(units * self.unit))

    def panel(
        self,
        rect: pygame.Rect,
        fill: Colour,
        radius: float = 10,
        border: Colour | None = None,
        width: float = 1.5,
    ) -> None:
        """A filled rectangle with smooth round corners."""
        pixels = min(self.px(radius), rect.width // 2, rect.height // 2)
        if border is not None:
            self._rounded(rect, border, pixels)
            thick = self.px(width)
            rect, pixels = rect.inflate(-2 * thick, -2 * thick), max(pixels - thick, 0)
        self._rounded(rect, fill, pixels)

    def _rounded(self, rect: pygame.Rect, fill: Colour, radius: int) -> None:
        if radius < 1:
            self.surface.fill(fill, rect)
            return
        self.surface.fill(fill, rect.inflate(0, -2 * radius))
        across = (rect.left + radius, rect.width - 2 * radius)
        for top in (rect.top, rect.bottom - radius):
            self.surface.fill(fill, (across[0], top, across[1], radius))
        self._corners(rect, fill, radius, inverse=False)

    def _corners(self, rect: pygame.Rect, colour: Colour, radius: int, inverse: bool) -> None:
        corner = _corner(radius, colour, inverse)
        for right in (False, True):
            for low in (False, True):
                place = (
                    rect.right - radius if right else rect.left,
                    rect.bottom - radius if low else rect.top,
                )
                self.surface.blit(pygame.transform.flip(corner, right, low), place)

    def round_off(self, rect: pygame.Rect, ground: Colour, radius: float = 6) -> None:
        """Give a picture that lies on ``ground`` round corners."""
        self._corners(rect, ground, self.px(radius), inverse=True)

    def shape(self, name: Shape, center: tuple[float, float], size: float, colour: Colour) -> None:
        """An arrow, a tick and the like, ``size`` units high."""
        picture = _shape(name, self.px(size), colour)
        self.surface.blit(picture, picture.get_rect(center=(round(center[0]), round(center[1]))))

    def text(
        self,
        text: str,
        box: pygame.Rect,
        size: float = 15,
        colour: Colour = theme.TEXT,
        bold: bool = False,
        align: Align = "left",
        top: bool = False,
    ) -> pygame.Rect:
        """Text within ``box``: wrapped, made smaller, and cut only if nothing else helps.

        Args:
            text: what to write; line breaks are kept.
            box: where; the text stands in its middle height unless ``top``.
            size: height of the font in units.
            colour: of the text.
            bold: whether the font is bold.
            align: where the lines begin.
            top: whether the text hangs from the upper edge.
        """
        lines, pixels, cut = _fitted(text, box.size, self.px(size), bold)
        step = theme.font(pixels, bold).get_linesize()
        y = box.top if top else box.centery - len(lines) * step // 2
        ground = self._colour_at(box.center)
        area = pygame.Rect(box.left, y, 0, 0)
        for number, line in enumerate(lines):
            picture = _line(line, pixels, bold, colour)
            rect = picture.get_rect(top=y + number * step, left=box.left)
            if align == "center":
                rect.centerx = box.centerx
            elif align == "right":
                rect.right = box.right
            self.surface.blit(picture, rect)
            area = rect if number == 0 else area.union(rect)
        self.placed.append(Placed(text, box.copy(), area, cut, colour, ground))
        return area

    def _colour_at(self, place: tuple[int, int]) -> Colour:
        if not self.surface.get_rect().collidepoint(place):
            return theme.BACKGROUND
        red, green, blue, _ = self.surface.get_at(place)
        return red, green, blue

    def width_of(self, text: str, size: float = 15, bold: bool = False) -> int:
        """Width of one line of text in pixels."""
        return theme.font(self.px(size), bold).size(text)[0]

    def height_of(self, text: str, width: int, size: float) -> int:
        """Height in pixels of ``text`` wrapped to ``width`` pixels."""
        font = theme.font(self.px(size))
        return len(_wrap(text, font, width)) * font.get_linesize()

    def bar(self, rect: pygame.Rect, share: float, colour: Colour, ground: Colour) -> None:
        """A round bar filled to ``share`` (0 to 1)."""
        self.panel(rect, ground, radius=99)
        filled = rect.copy()
        filled.width = round(rect.width * min(max(share, 0.0), 1.0))
        if filled.width >= rect.height:
            self.panel(filled, colour, radius=99)

    def shade(self, rect: pygame.Rect, colour: Colour, alpha: int) -> None:
        """Lay a half-clear colour over ``rect``."""
        cover = pygame.Surface(rect.size)
        cover.fill(colour)
        cover.set_alpha(alpha)
        self.surface.blit(cover, rect)
