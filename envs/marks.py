"""Marks on pictures for people: where the lander is that cannot be seen, which way is backwards.

No agent sees them. Each function takes the unwrapped environment, and its picture to draw in.
"""

from __future__ import annotations

from math import cos, sin, tau
from typing import Any, TypeAlias

from rlhf_gym.envs.screen import BLUE, WHITE, Drawing, Frame, wrapped

__all__ = ["anticlockwise", "lander_above"]

Env: TypeAlias = Any
"""An unwrapped environment of the class that the function is about."""

_SCALE = 30
"""Pixels a metre in pictures of the lunar lander."""
_HALF = 14
"""Pixels from the lander's middle to its edge."""


def lander_above(env: Env, frame: Frame) -> None:
    """Where the lander is above the picture, say how far, at the edge below it."""
    above = env.lander.position.y - frame.shape[0] / _SCALE
    if above * _SCALE < _HALF:
        return
    text = f"off screen, {above:.0f} m up" if above >= 1 else "off screen"
    width = round(wrapped(text, 15, 1000)[1]) + 44
    sign = Drawing(width, 28)
    _arrow(sign, (16, 21), (16, 7))
    sign.text(text, (32, 4), 15, WHITE)
    middle = round(env.lander.position.x * _SCALE)
    left = min(max(middle - 16, 6), frame.shape[1] - width - 6)
    _paste(sign, frame, left, 6)


def anticlockwise(env: Env, frame: Frame) -> None:
    """Show by an arrow in the upper right corner which way is backwards."""
    sign = Drawing(130, 40)
    centre, radius, end = (22.0, 24.0), 12.0, tau * 0.5
    points = [
        (centre[0] + radius * cos(angle), centre[1] - radius * sin(angle))
        for angle in (end * part / 24 for part in range(25))
    ]
    for begin, after in zip(points, points[1:], strict=False):
        sign.line(begin, after, 2.6, BLUE)
    x, y = points[-1]
    for turn in (-1.15, 0.7):  # back from the tip, to both sides of where the arc comes from
        back = end + tau / 4 + tau / 2 + turn
        sign.line((x, y), (x + 8 * cos(back), y - 8 * sin(back)), 2.6, BLUE)
    sign.text("backwards", (44, 11), 14, WHITE)
    _paste(sign, frame, frame.shape[1] - 130 - 10, 10)


def _arrow(sign: Drawing, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an upright arrow."""
    sign.line(begin, end, 2.6, BLUE)
    for side in (-5, 5):
        sign.line(end, (end[0] + side, end[1] + 5.5), 2.6, BLUE)


def _paste(sign: Drawing, frame: Frame, left: int, top: int) -> None:
    """Lay a sign over a picture."""
    drawn = sign.frame()
    height, width = drawn.shape[:2]
    part = frame[top : top + height, left : left + width]
    part[:] = drawn[: part.shape[0], : part.shape[1]]
