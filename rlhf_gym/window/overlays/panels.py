"""Draws the overlays, without their buttons."""

from __future__ import annotations

import pygame

from rlhf_gym.basics.program import program
from rlhf_gym.labelling.state import Screen, State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.overlays.instructions import draw_instructions, draw_keys

__all__ = ["draw_overlay"]


def draw_overlay(canvas: Canvas, panel: pygame.Rect, state: State) -> None:
    """Draw the panel of an overlay, without its buttons."""
    canvas.panel(panel, theme.CARD, 16, theme.LINE, 1.5)
    inner = panel.inflate(-canvas.px(48), -canvas.px(40))
    if state.overlay is Screen.PAUSED:
        title = pygame.Rect(inner.left, panel.top + canvas.px(20), inner.width, canvas.px(34))
        canvas.text("Menu", title, 24, theme.BRIGHT, True, "center")
    elif state.overlay is Screen.HELP:
        draw_instructions(canvas, inner, state)
    elif state.overlay is Screen.KEYS:
        draw_keys(canvas, inner)
    elif state.overlay is Screen.NOTE:
        _note(canvas, inner, state)
    elif state.overlay is Screen.GOAL:
        _goal(canvas, inner, state)
    elif state.overlay is Screen.CLOSING:
        _closing(canvas, inner, state)
    else:
        _error(canvas, inner, state)


def _note(canvas: Canvas, inner: pygame.Rect, state: State) -> None:
    px = canvas.px
    title = pygame.Rect(inner.left, inner.top, inner.width, px(30))
    canvas.text("A note on this pair", title, 20, theme.BRIGHT, True)
    _field(canvas, pygame.Rect(inner.left, title.bottom + px(10), inner.width, px(70)), state)


def _goal(canvas: Canvas, inner: pygame.Rect, state: State) -> None:
    px = canvas.px
    title = pygame.Rect(inner.left, inner.top, inner.width, px(34))
    canvas.text("What should the agent do?", title, 24, theme.BRIGHT, True)
    words = pygame.Rect(inner.left, title.bottom + px(6), inner.width, px(42))
    canvas.text(
        f"{state.environment} does not say. Your goal stands above every pair, so that you and "
        "all who label this run judge by the same.",
        words, 15, theme.MUTED, top=True,
    )  # fmt: skip
    field = pygame.Rect(inner.left, words.bottom + px(10), inner.width, px(64))
    _field(canvas, field, state)
    if not state.draft:
        box = field.inflate(-px(32), -px(12))
        box.left += px(8)
        canvas.text(
            "For instance: walk to the green square, and stop there.",
            box,
            15,
            theme.FAINT,
            top=True,
        )


def _closing(canvas: Canvas, inner: pygame.Rect, state: State) -> None:
    """Draw what it means to close the window now."""
    title = pygame.Rect(inner.left, inner.top, inner.width, canvas.px(34))
    canvas.text("Stop training?", title, 24, theme.BRIGHT, True)
    goes_on = f", or goes on with the {state.status.labels:,} labels that are there"
    words = (
        f"Your answers are saved. Training stops with this window{goes_on * state.can_leave}. "
        "To resume it later:"
    )
    text = pygame.Rect(inner.left, title.bottom + canvas.px(6), inner.width, canvas.px(44))
    canvas.text(words, text, 15, theme.TEXT, top=True)
    command = pygame.Rect(inner.left, text.bottom + canvas.px(4), inner.width, canvas.px(24))
    canvas.text(f"{program()} train --resume {state.run or 'RUN'}", command, 14, theme.MUTED)


def _field(canvas: Canvas, field: pygame.Rect, state: State) -> None:
    """Draw the field in which the person writes."""
    px = canvas.px
    canvas.panel(field, theme.SUNKEN, 8, theme.RIGHT, 1.5)
    box = field.inflate(-px(20), -px(12))
    # The person writes at the end of the text, so the end must be visible.
    caret = "|" if int(state.now * 2) % 2 == 0 else " "
    canvas.text(state.draft + caret, box, 15, theme.BRIGHT, top=True)


def _error(canvas: Canvas, inner: pygame.Rect, state: State) -> None:
    px = canvas.px
    badge = (inner.left + px(20), inner.top + px(19))
    canvas.shape("disc", badge, 38, theme.LEFT)
    canvas.shape("cross", badge, 24, theme.SUNKEN)
    title = pygame.Rect(inner.left + px(54), inner.top, inner.width - px(54), px(38))
    head = "This answer could not be saved yet" if state.unsaved else "Something went wrong"
    canvas.text(head, title, 22, theme.BRIGHT, True)
    box = pygame.Rect(inner.left, title.bottom + px(14), inner.width, inner.height - px(150))
    canvas.text(state.error, box, 15, theme.TEXT, top=True)
    calm = pygame.Rect(inner.left, box.bottom, inner.width, px(44))
    words = "All earlier answers are safe in the store."
    if state.unsaved:
        words = "It is kept here: try again when the cause is gone. All earlier answers are safe."
    canvas.text(words, calm, 14, theme.MUTED)
