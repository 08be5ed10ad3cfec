"""Draws the page at the end of a review: how many answers were seen again, and changed."""

from __future__ import annotations

import pygame

from rlhf_gym.basics.words import counted
from rlhf_gym.labelling.state import State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.strip import draw_mark

__all__ = ["draw_review_end"]

COLUMNS = 12
"""Number of marks in a row."""


def draw_review_end(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    """Draw the number of reviewed and changed answers, and what the changed ones are now."""
    px = canvas.px
    changed = [item for item in state.items if item.changed]
    rows = min(-(-len(changed) // COLUMNS), 3)
    whole = px(66) + px(38) + px(30) + px(24) + rows * px(32)
    top, width = max(area.top, area.centery - whole // 2), min(area.width, px(760))
    center = (area.centerx, top + px(28))
    canvas.shape("disc", center, 52, theme.RIGHT)
    canvas.shape("tick", center, 34, theme.SUNKEN)
    head = pygame.Rect(0, top + px(62), width, px(38))
    head.centerx = area.centerx
    count = counted(len(changed), "answer")
    title = f"{state.review:,} of {state.review:,} reviewed, {count} changed"
    canvas.text(title, head, 26, theme.BRIGHT, True, "center")
    words = pygame.Rect(head.left, head.bottom, width, px(30))
    canvas.text(_what_follows(state, len(changed)), words, 15, theme.MUTED, align="center")
    for row in range(rows):
        part = changed[row * COLUMNS : (row + 1) * COLUMNS]
        left = area.centerx - (len(part) * px(32) - px(8)) // 2
        for number, item in enumerate(part):
            y = words.bottom + px(24) + row * px(32)
            rect = pygame.Rect(left + number * px(32), y, px(24), px(24))
            draw_mark(canvas, rect, item, here=False, hovered=False)


def _what_follows(state: State, changed: int) -> str:
    if not changed:
        return "Thank you. All your answers are kept; you may close this window."
    if state.status.runs:
        return "Thank you. The agent goes on training with them; you may close this window."
    return "Thank you. They count when the run is trained further; you may close this window."
