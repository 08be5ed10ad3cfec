"""Colours, sizes and fonts of the window."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import pygame

__all__ = ["Colour", "font", "mixed", "unit"]

Colour = tuple[int, int, int]

# Okabe-Ito orange and sky blue differ under every form of colour blindness; a word, an arrow and a
# place always accompany them.
LEFT: Colour = (230, 159, 0)
RIGHT: Colour = (86, 180, 233)
SIDES = (LEFT, RIGHT)
BACKGROUND: Colour = (16, 18, 22)
SUNKEN: Colour = (10, 11, 14)
CARD: Colour = (24, 27, 33)
RAISED: Colour = (36, 40, 48)
LINE: Colour = (52, 57, 68)
FAINT: Colour = (136, 144, 160)
MUTED: Colour = (160, 168, 183)
TEXT: Colour = (214, 219, 229)
BRIGHT: Colour = (245, 247, 250)

_FAMILIES = (
    "inter segoeui helveticaneue roboto opensans notosans cantarell ubuntu liberationsans"
).split()


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """``colour`` with ``share`` (0 to 1) of ``other``.

    >>> mixed((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    r, g, b = (round(c + (o - c) * share) for c, o in zip(colour, other, strict=True))
    return r, g, b


def unit(size: tuple[int, int], scale: float) -> float:
    """Pixels of one layout unit: 1 on 1280 x 800 at scale 1, never so large that clips vanish.

    >>> unit((1280, 800), 1.0), unit((3840, 2400), 1.0)
    (1.0, 3.0)
    """
    width, height = size
    natural = max(min(width / 1280, height / 800), 0.8)
    return max(min(natural * scale, width / 720, height / 440), 0.7)


@lru_cache(maxsize=1)
def _font_files() -> tuple[str | None, str | None]:
    """Regular and bold of a good font of this system, else of matplotlib's, else of pygame's."""
    for family in _FAMILIES:
        files = [pygame.font.match_font(family, bold=bold) for bold in (False, True)]
        # pygame answers with an alias (a condensed one, say) where the family itself is missing.
        names = [Path(file or "").stem.lower().replace("-", "") for file in files]
        if all(name.startswith(family) for name in names) and files[0] != files[1]:
            return files[0], files[1]
    spec = importlib.util.find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
        regular, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
        if regular.exists() and bold.exists():
            return str(regular), str(bold)
    return None, None


def font(pixels: int, bold: bool = False) -> pygame.font.Font:
    """The window's font at a height of ``pixels``."""
    try:
        opened = _opened(pixels, bold)
        opened.get_linesize()
    except pygame.error:  # an environment that closes calls pygame.quit(): no font is valid then
        pygame.font.init()
        _opened.cache_clear()
        opened = _opened(pixels, bold)
    return opened


@lru_cache(maxsize=64)
def _opened(pixels: int, bold: bool) -> pygame.font.Font:
    return pygame.font.Font(_font_files()[bold], max(pixels, 6))
