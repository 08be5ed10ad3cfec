"""Draws the first page, which says what to do, and the page of all keys."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.state import Action, State
from rlhf_gym.window import theme
from rlhf_gym.window.controls import draw_key
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.keys import HELP, KEYS
from rlhf_gym.window.theme import Colour

__all__ = ["INSTRUCTION_VERSION", "draw_instructions", "draw_keys"]

INSTRUCTION_VERSION = "2"
INSTRUCTIONS = (
    "Two short clips of one agent play side by side. Choose the one that comes closer to the goal.",
    "Judge only what is shown. If a clip begins badly, ask what the agent makes of it.",
    "“About the same” is an answer, too: the agent learns from it. “Can't tell” is for pairs that "
    "you cannot judge.",
    "Every answer is saved at once.",
)
STOPS = (
    "Every answer is saved at once. Training stops when you close the window; it can be resumed."
)

FIRST_KEYS: tuple[tuple[Action, str, Colour], ...] = (
    (Action.LEFT, "Left is better", theme.LEFT),
    (Action.RIGHT, "Right is better", theme.RIGHT),
    (Action.TIE, "About the same", theme.TEXT),
    (Action.CANNOT_TELL, "Can't tell", theme.TEXT),
    (Action.UNDO, "Undo", theme.TEXT),
)
"""The keys of the first page: all that is needed to label."""


def draw_instructions(canvas: Canvas, inner: pygame.Rect, state: State) -> None:
    """Draw what to do at the left, and the keys that are needed at the right."""
    px = canvas.px
    title = pygame.Rect(inner.left, inner.top, inner.width, px(34))
    canvas.text("What to do", title, 24, theme.BRIGHT, True)
    body = pygame.Rect(inner.left, title.bottom + px(12), inner.width, inner.height - px(96))
    left, right = body.copy(), body.copy()
    left.width = round(body.width * 0.6)
    right.left, right.width = left.right + px(36), body.right - left.right - px(36)
    stop = "" if state.goal.endswith((".", "!", "?")) else "."
    goal = [f"The goal: {state.goal}{stop} {state.tie_breaker}".strip()] if state.goal else []
    last = STOPS if state.closing_stops else INSTRUCTIONS[-1]
    _paragraphs(canvas, left, [*goal, *INSTRUCTIONS[:-1], last])
    _first_keys(canvas, right)


def draw_keys(canvas: Canvas, inner: pygame.Rect) -> None:
    """Draw the table of all keys in two columns, made from the key map."""
    px = canvas.px
    title = pygame.Rect(inner.left, inner.top, inner.width, px(34))
    canvas.text("All keys", title, 24, theme.BRIGHT, True)
    top, height = title.bottom + px(10), inner.height - px(92)
    half = (len(HELP) + 1) // 2
    row, gap = height / half, px(28)
    width = (inner.width - gap) // 2
    size = min(13.0, row / canvas.unit - 11.5)
    for column in (0, 1):
        left = inner.left + column * (width + gap)
        lines = HELP[column * half : (column + 1) * half]
        right = left
        for line, (_, actions) in enumerate(lines):
            centery = round(top + (line + 0.5) * row)
            right = max(right, _draw_row_of_keys(canvas, actions, left, centery, size))
        for line, (label, _) in enumerate(lines):
            begin = right + px(12)
            box = pygame.Rect(begin, round(top + line * row), left + width - begin, round(row))
            canvas.text(label, box, 15, theme.TEXT)


def _draw_row_of_keys(
    canvas: Canvas, actions: tuple[Action, ...], left: int, centery: int, size: float
) -> int:
    """Draw the keys of some actions side by side; return where they end."""
    x = left
    for action in actions:
        for key in KEYS[action][: 3 if len(actions) == 1 else 1]:
            x = draw_key(canvas, key, x, centery, size).right + canvas.px(5)
    return x


def _first_keys(canvas: Canvas, area: pygame.Rect) -> None:
    px = canvas.px
    row = min(area.height / len(FIRST_KEYS), 58 * canvas.unit)
    size = min(17.0, row / canvas.unit - 14)
    column = round((size + 9) * canvas.unit) + px(14)
    for number, (action, label, colour) in enumerate(FIRST_KEYS):
        key = KEYS[action][0]
        centery = round(area.top + (number + 0.5) * row)
        ground = theme.mixed(theme.RAISED, colour, 0.15)
        if action is Action.UNDO:  # the name of its key is wider than an arrow
            centery += round(row * 0.15)
        cap = draw_key(canvas, key, area.left, centery, size, colour, ground)
        left = max(area.left + column, cap.right + px(14))
        box = pygame.Rect(left, centery - round(row / 2), area.right - left, round(row))
        canvas.text(label, box, 17, theme.BRIGHT)


def _paragraphs(canvas: Canvas, area: pygame.Rect, texts: list[str]) -> None:
    """Draw paragraphs with even gaps, in the largest type with which they all fit."""
    px = canvas.px
    size = 18.0
    while True:
        gap = canvas.px(size * 0.75)
        heights = [canvas.height_of(text, area.width - px(20), size) for text in texts]
        if sum(heights) + gap * (len(texts) - 1) <= area.height or size <= 9:
            break
        size -= 0.5
    y = area.top
    for number, (text, height) in enumerate(zip(texts, heights, strict=True)):
        colour = theme.SIDES[number % 2]
        canvas.shape("disc", (area.left + px(4), y + round(px(size) * 0.62)), 7, colour)
        box = pygame.Rect(area.left + px(20), y, area.width - px(20), height)
        canvas.text(text, box, size, theme.BRIGHT if number == 0 else theme.TEXT, top=True)
        y += height + gap
