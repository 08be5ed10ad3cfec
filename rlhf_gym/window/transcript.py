"""Draws a picture that stands still and tells all, such as a conversation; a long one scrolls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import pygame

from rlhf_gym.labelling.state import State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["draw_transcript", "reach_of", "reaches", "scale_of", "still_scale"]

Sides: TypeAlias = tuple[Sequence[pygame.Surface], Sequence[pygame.Surface]]

SMALLEST_SHARE = 0.7
"""Share of the scale at which the picture is as wide as its place; below it is scrolled instead."""


def still_scale(sizes: Iterable[tuple[int, int]], place: tuple[int, int]) -> float:
    """The scale at which pictures are shown: each is whole where that leaves it readable.

    All have the smallest scale that one of them needs, as letters that are larger at one side would
    make that side the easier to read.

    >>> still_scale([(640, 480)], (600, 500)), still_scale([(640, 900)], (640, 300))
    (0.9375, 1.0)
    >>> still_scale([(640, 900), (640, 400)], (640, 300))
    0.75
    """
    return min(_still_scale(size, place) for size in sizes)


def _still_scale(size: tuple[int, int], place: tuple[int, int]) -> float:
    wide = place[0] / size[0]
    whole = min(wide, place[1] / size[1])
    return whole if whole >= SMALLEST_SHARE * wide else wide


def reach_of(height: int, scale: float, place: tuple[int, int]) -> float:
    """How far a picture can be scrolled, in heights of its place; 0 if all of it is seen.

    >>> reach_of(900, 1.0, (640, 300))
    2.0
    """
    return max(round(height * scale) / place[1] - 1, 0.0)


def reaches(
    state: State, pictures: Mapping[int, Sides], place: tuple[int, int]
) -> tuple[float, float]:
    """How far the left and the right picture on the screen can be scrolled, see `reach_of`."""
    item = state.item
    shown = pictures.get(item.pair.query) if item is not None and item.pair.still else None
    if shown is None:
        return state.reach
    scale = scale_of(shown, place)
    left, right = (reach_of(frames[0].get_height(), scale, place) for frames in shown)
    return left, right


def scale_of(shown: Sides, place: tuple[int, int]) -> float:
    """The scale of both pictures of a pair, see `still_scale`."""
    return still_scale([frames[0].get_size() for frames in shown], place)


def draw_transcript(
    canvas: Canvas, picture: pygame.Surface, place: pygame.Rect, scale: float, scrolled: float
) -> None:
    """Show a picture from its top, or further down by ``scrolled`` heights of its place."""
    px = canvas.px
    size = (round(picture.get_width() * scale), round(picture.get_height() * scale))
    if abs(size[0] - picture.get_width()) > 2 or abs(size[1] - picture.get_height()) > 2:
        picture = pygame.transform.smoothscale(picture, size)
    width, height = picture.get_size()
    canvas.surface.fill(picture.get_at((0, 0)), place)
    left = place.left + (place.width - width) // 2
    if height <= place.height + 2:
        canvas.surface.blit(picture, (left, place.top))
        canvas.round_off(place, theme.CARD, 6)
        return
    top = min(round(scrolled * place.height), height - place.height)
    canvas.surface.blit(picture, (left, place.top), (0, top, width, place.height))
    if top < height - place.height:  # more below
        _fade(canvas, pygame.Rect(place.left, place.bottom - px(40), place.width, px(40)), picture)
    canvas.round_off(place, theme.CARD, 6)
    track = pygame.Rect(place.right - px(9), place.top + px(6), px(5), place.height - px(12))
    thumb = track.copy()
    thumb.height = max(px(20), round(track.height * place.height / height))
    thumb.top += round((track.height - thumb.height) * top / (height - place.height))
    canvas.panel(track, theme.RAISED, 99)
    canvas.panel(thumb, theme.MUTED, 99)


def _fade(canvas: Canvas, area: pygame.Rect, picture: pygame.Surface) -> None:
    """Darken the lower edge, so that it is seen that there is more."""
    ground = picture.get_at((0, 0))
    sheet = pygame.Surface((1, area.height), pygame.SRCALPHA)
    for row in range(area.height):
        sheet.set_at((0, row), (*ground[:3], round(235 * row / area.height)))
    canvas.surface.blit(pygame.transform.scale(sheet, area.size), area)
