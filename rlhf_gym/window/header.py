"""The header of every window: the goal, a line beneath it, and the environment."""

from __future__ import annotations

import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["draw_badge", "draw_goal"]


def draw_goal(canvas: Canvas, box: pygame.Rect, goal: str) -> None:
    """Draw the goal, large, behind the word for it."""
    if not goal:
        return
    mark = canvas.text("GOAL", box, 12, theme.FAINT, bold=True)
    box = box.copy()
    box.left, box.width = mark.right + canvas.px(10), box.width - mark.width - canvas.px(10)
    canvas.text(goal, box, 21, theme.BRIGHT, bold=True)


def draw_badge(canvas: Canvas, box: pygame.Rect, environment: str) -> None:
    """Draw the name of the environment at the right end of ``box``."""
    if not environment:
        return
    px = canvas.px
    width = min(box.width, canvas.width_of(environment, 13) + px(24))
    rect = pygame.Rect(box.right - width, box.top, width, box.height)
    canvas.panel(rect, theme.CARD, radius=99, border=theme.LINE, width=1)
    canvas.text(environment, rect.inflate(-px(20), 0), 13, theme.MUTED, align="center")
