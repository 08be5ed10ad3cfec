"""Draws the page of a training that has failed."""

from __future__ import annotations

import pygame

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import capitalised
from rlhf_gym.labelling.process import failed_words
from rlhf_gym.labelling.state import State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["draw_failed", "failed_height"]

EDGE = 32.0
"""Distance of the words from the panel's edges, in layout units."""


def failed_height(canvas: Canvas, area: pygame.Rect, state: State) -> int:
    """Height of the panel in pixels, in an area of this width and height."""
    reason, command = _heights(canvas, area, state)
    return reason + command + canvas.px(162)


def draw_failed(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    """Draw how far training came, why it failed, and the command that goes on with it."""
    px = canvas.px
    reason, command = _heights(canvas, area, state)
    panel = pygame.Rect(area.left, area.top, area.width, failed_height(canvas, area, state))
    canvas.panel(panel, theme.CARD, 16, theme.LEFT, 1.5)
    badge = (panel.left + px(50), panel.top + px(46))
    canvas.shape("disc", badge, 38, theme.LEFT)
    canvas.shape("cross", badge, 24, theme.SUNKEN)
    title = pygame.Rect(panel.left + px(84), panel.top + px(26), panel.width - px(116), px(40))
    words = failed_words(state.status)
    canvas.text(capitalised(words), title, 24, theme.BRIGHT, True)
    text = panel.inflate(-2 * px(EDGE), 0)
    text.top, text.height = panel.top + px(82), reason
    canvas.text(state.status.error, text, 17, theme.TEXT, top=True)
    calm = pygame.Rect(text.left, text.bottom + px(6), text.width, px(26))
    canvas.text("All answers are saved. When it is mended, go on with:", calm, 15, theme.MUTED)
    line = pygame.Rect(text.left, calm.bottom + px(6), text.width, command + px(14))
    canvas.panel(line, theme.SUNKEN, 8)
    inner = line.inflate(-px(24), -px(8))
    canvas.text(_command(state), inner, 15, theme.BRIGHT)


def _command(state: State) -> str:
    return f"{program()} train --resume {state.run or 'RUN'}"


def _heights(canvas: Canvas, area: pygame.Rect, state: State) -> tuple[int, int]:
    """Return the heights of the reason and of the command in pixels."""
    px, width = canvas.px, area.width - 2 * canvas.px(EDGE)
    command = canvas.height_of(_command(state), width - px(24), 15)
    reason = canvas.height_of(state.status.error, width, 17) + px(8)
    return min(reason, max(area.height - px(162) - command, px(26))), command
