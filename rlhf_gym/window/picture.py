"""Draws one frame of a video, as large as fits."""

from __future__ import annotations

import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.theme import Colour

__all__ = ["draw_picture", "fitting"]


def draw_picture(canvas: Canvas, frame: pygame.Surface, place: pygame.Rect) -> pygame.Rect:
    """Show ``frame`` as large as fits, in the middle of ``place``."""
    width, height = frame.get_size()
    scale = fitting((width, height), place.size)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if max(abs(size[0] - width), abs(size[1] - height)) > 2:
        smooth = pygame.transform.smoothscale if scale < 1.9 else pygame.transform.scale
        frame = smooth(frame, size)
    rect = frame.get_rect(center=place.center)
    canvas.surface.fill(_surround(frame), place)
    canvas.surface.blit(frame, rect)
    canvas.round_off(place, theme.CARD, 6)
    return rect


def fitting(size: tuple[int, int], place: tuple[int, int]) -> float:
    """The scale at which a picture of ``size`` is shown in ``place``: 1, crisp, if it nearly fits.

    >>> fitting((600, 400), (620, 500)), fitting((600, 400), (1200, 900))
    (1.0, 2.0)
    """
    scale = min(place[0] / size[0], place[1] / size[1])
    return 1.0 if 1.0 <= scale <= 1.15 else scale


def _surround(frame: pygame.Surface) -> pygame.Color | Colour:
    """The colour beside the picture: its own background, where its corners agree on one."""
    right, low = frame.get_width() - 1, frame.get_height() - 1
    corners = [frame.get_at(corner) for corner in ((0, 0), (right, 0), (0, low), (right, low))]
    alike = all(abs(a - b) <= 6 for c in corners[1:] for a, b in zip(c, corners[0], strict=True))
    return corners[0] if alike else theme.SUNKEN
