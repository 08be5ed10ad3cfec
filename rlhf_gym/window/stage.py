"""The page on which one environment is played or watched: header, picture, keys and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.header import draw_badge, draw_goal
from rlhf_gym.window.key_row import KeyHint, KeyRows

__all__ = ["Page", "Placed", "draw_page", "draw_still"]

PIXELS = 240
"""Height of a picture below which its pixels are seen, and so are enlarged by whole factors."""
Placed = list[tuple[pygame.Rect, KeyHint]]
"""Where each hint is, for the mouse."""


@dataclass(frozen=True)
class Page:
    """What a page shows.

    Attributes:
        environment: the id of the environment.
        goal: what the agent, or the player, should do.
        line: the line beneath the goal.
        hints: the keys and what they do.
        hint_text: the same in words, where it cannot be said by keys.
        figures: value and caption of each number along the lower edge.
        message: what is said in the middle of the picture, ``""`` for nothing.
        note: a line beneath the message.
    """

    environment: str = ""
    goal: str = ""
    line: str = ""
    hints: Sequence[KeyHint] = ()
    hint_text: str = ""
    figures: Sequence[tuple[str, str]] = ()
    message: str = ""
    note: str = ""


def draw_page(
    canvas: Canvas, page: Page, mouse: tuple[int, int] | None = None
) -> tuple[pygame.Rect, Placed]:
    """Draw all but the picture; return the room for it, and where the hints are."""
    surface, px = canvas.surface, canvas.px
    width, height = surface.get_size()
    surface.fill(theme.BACKGROUND)
    margin = px(16)
    inner = width - 2 * margin
    badge = pygame.Rect(0, px(12), min(px(210), round(inner * 0.3)), px(28))
    badge.right = width - margin
    goal = pygame.Rect(margin, px(12), inner - badge.width - px(9), px(30))
    draw_goal(canvas, goal, page.goal)
    draw_badge(canvas, badge, page.environment)
    line = pygame.Rect(margin, goal.bottom + px(1), inner, px(19) if page.line else 0)
    if page.line:
        canvas.text(page.line, line, 14, theme.MUTED)
    status = pygame.Rect(0, height - px(42), width, px(42))
    _figures(canvas, status, page.figures)
    rows = KeyRows(page.hints, inner, canvas.unit)
    keys = pygame.Rect(margin, status.top - px(8) - rows.height, inner, rows.height)
    placed = rows.draw(canvas, keys, mouse) if page.hints else []
    top = keys.top if page.hints else status.top - px(6)
    if page.hint_text:
        words = pygame.Rect(margin, top - px(24), inner, px(22))
        canvas.text(page.hint_text, words, 14, theme.MUTED, align="center")
        top = words.top
    room = pygame.Rect(margin, line.bottom + px(10), inner, 0)
    room.height = max(top - px(8) - room.top, 1)
    return room, placed


def draw_still(canvas: Canvas, room: pygame.Rect, frame: npt.NDArray[np.uint8], page: Page) -> None:
    """Draw a picture as large as fits, small ones by whole factors, and a message over it."""
    canvas.panel(room, theme.SUNKEN, 12)
    box = room.inflate(-canvas.px(16), -canvas.px(16))
    height, width = frame.shape[:2]
    picture = pygame.image.frombuffer(np.ascontiguousarray(frame).tobytes(), (width, height), "RGB")
    factor = min(box.width / width, box.height / height)
    if factor >= 2 and height < PIXELS:
        picture = pygame.transform.scale_by(picture, int(factor))
    else:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        picture = pygame.transform.smoothscale(picture, size)
    place = picture.get_rect(center=box.center)
    canvas.surface.blit(picture, place)
    canvas.round_off(place, theme.SUNKEN, 6)
    if page.message:
        _say(canvas, place, page)


def _say(canvas: Canvas, place: pygame.Rect, page: Page) -> None:
    px = canvas.px
    wide = max(canvas.width_of(page.message, 24, True), canvas.width_of(page.note, 15))
    panel = pygame.Rect(0, 0, wide + px(64), px(92 if page.note else 64))
    panel = panel.clip(pygame.Rect(0, 0, canvas.surface.get_width() - px(40), panel.height))
    panel.center = place.center
    canvas.panel(panel, theme.CARD, 14, theme.LINE, 1.5)
    head = pygame.Rect(panel.left + px(16), panel.top + px(14), panel.width - px(32), px(36))
    canvas.text(page.message, head, 24, theme.BRIGHT, True, "center")
    if page.note:
        note = pygame.Rect(head.left, head.bottom + px(4), head.width, px(24))
        canvas.text(page.note, note, 15, theme.MUTED, align="center")


def _figures(canvas: Canvas, box: pygame.Rect, figures: Sequence[tuple[str, str]]) -> None:
    px = canvas.px
    canvas.surface.fill(theme.SUNKEN, box)
    canvas.surface.fill(theme.LINE, (box.left, box.top, box.width, px(1)))
    x = box.left + px(16)
    for value, caption in figures:
        wide = canvas.width_of(value, 14, True)
        if x + wide + px(6) + canvas.width_of(caption, 13) > box.right - px(8):
            break
        canvas.text(value, pygame.Rect(x, box.top, wide, box.height), 14, theme.BRIGHT, bold=True)
        x += wide + px(6)
        wide = canvas.width_of(caption, 13) + 2
        canvas.text(caption, pygame.Rect(x, box.top, wide, box.height), 13, theme.MUTED)
        x += wide + px(22)
