"""Pictures of a conversation: bubbles, with a face next to those of the customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from rlhf_gym.envs.screen import (
    BLUE,
    DARK,
    FAINT,
    GREY,
    ORANGE,
    WHITE,
    YELLOW,
    Drawing,
    Frame,
    wrapped,
)

__all__ = ["Line", "draw_chat", "draw_transcript"]

Line: TypeAlias = "tuple[str, str, str | float]"
"""``"agent"``, ``"customer"`` or ``"note"``; the text; the agent's act or the satisfaction."""

_WIDTH, _HEIGHT = 640, 480
_HIGHEST = 160
"""Pixels that no line of a conversation is higher than."""
_MARGIN, _PAD, _GAP = 16.0, 11.0, 12.0
_SIZE, _SMALL, _LINE = 16.0, 13.0, 21.0
_WIDEST = 360.0
_FACE = 18.0
_AGENT, _CUSTOMER = (22, 62, 92), (44, 49, 59)


def draw_chat(talk: Sequence[Line]) -> Frame:
    """Draw the newest lines that fit, the newest at the bottom: ``(480, 640, 3)`` uint8."""
    drawing = Drawing(_WIDTH, _HEIGHT)
    _draw_lines(drawing, talk, _HEIGHT - _MARGIN)
    return drawing.frame()


def draw_transcript(talk: Sequence[Line]) -> Frame:
    """Draw all lines, however high the picture becomes: ``(height, 640, 3)`` uint8."""
    height = _HIGHEST * len(talk)
    drawing = Drawing(_WIDTH, height)
    top = _draw_lines(drawing, talk, height - _MARGIN) + _GAP - _MARGIN
    return np.ascontiguousarray(drawing.frame()[max(round(top), 0) :])


def _draw_lines(drawing: Drawing, talk: Sequence[Line], bottom: float) -> float:
    """Draw the newest lines upwards from ``bottom`` to the edge; return where they begin."""
    for who, text, detail in reversed(talk):
        if bottom < 0:
            break
        if isinstance(detail, str):
            bottom -= _agent(drawing, text, detail, bottom)
        elif who == "customer":
            bottom -= _customer(drawing, text, detail, bottom)
        else:
            bottom -= _note(drawing, text, bottom)
    return bottom


def _agent(drawing: Drawing, text: str, act: str, bottom: float) -> float:
    """Draw a bubble on the right with the agent's act above it; return their height."""
    lines, width = wrapped(text, _SIZE, _WIDEST)
    left = _WIDTH - _MARGIN - width - 2 * _PAD
    height = _bubble(drawing, lines, left, width, bottom, _AGENT)
    drawing.text(act, (_WIDTH - _MARGIN - 4, bottom - height - 17), _SMALL, BLUE, align=1)
    return height + 17 + _GAP


def _customer(drawing: Drawing, text: str, satisfaction: float, bottom: float) -> float:
    """Draw a bubble on the left next to a face; return its height."""
    lines, width = wrapped(text, _SIZE, _WIDEST)
    left = _MARGIN + 2 * _FACE + 10
    height = _bubble(drawing, lines, left, width, bottom, _CUSTOMER)
    _face(drawing, (_MARGIN + _FACE, bottom - _FACE - 1), satisfaction)
    return height + _GAP


def _note(drawing: Drawing, text: str, bottom: float) -> float:
    """Draw a line across the picture with a text in its middle; return its height."""
    _, width = wrapped(text, _SMALL, _WIDTH)
    drawing.line((_MARGIN, bottom - 9), (_WIDTH - _MARGIN, bottom - 9), 1, FAINT)
    drawing.box((_WIDTH / 2, bottom - 9), width + 24, 18, DARK)
    drawing.text(text, (_WIDTH / 2, bottom - 17), _SMALL, GREY, align=0.5)
    return 18 + _GAP


def _bubble(
    drawing: Drawing,
    lines: Sequence[str],
    left: float,
    width: float,
    bottom: float,
    colour: tuple[int, int, int],
) -> float:
    height = _LINE * len(lines) + 2 * _PAD - 4
    centre = (left + width / 2 + _PAD, bottom - height / 2)
    drawing.box(centre, width + 2 * _PAD, height, colour, radius=14)
    for row, line in enumerate(lines):
        drawing.text(line, (left + _PAD, bottom - height + _PAD - 3 + _LINE * row), _SIZE, WHITE)
    return height


def _face(drawing: Drawing, centre: tuple[float, float], satisfaction: float) -> None:
    """Draw a face, orange, yellow or blue, whose smile grows with the satisfaction."""
    colour = ORANGE if satisfaction < 0.35 else YELLOW if satisfaction < 0.7 else BLUE
    x, y = centre
    drawing.circle(centre, _FACE, colour)
    for side in (-6.5, 6.5):
        drawing.circle((x + side, y - 5), 2.3, DARK)
    bend = 14 * (satisfaction - 0.5)
    mouth = [(x + 9 * at, y + 7 + bend * (0.5 - at * at)) for at in (-1, -0.6, -0.2, 0.2, 0.6, 1)]
    for begin, end in zip(mouth, mouth[1:], strict=False):
        drawing.line(begin, end, 2.4, DARK)
