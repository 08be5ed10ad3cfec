"""The picture of an agent that is being watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.watching.trace import LENGTH, Trace

__all__ = ["Caption", "draw_watch"]

SMOOTH = 2
"""Factor by which the plot is drawn larger and then reduced, which smooths its lines."""
KEYS = "Space: pause  ·  . : one step  ·  R: restart  ·  + and − : speed  ·  Esc: quit"


@dataclass(frozen=True)
class Caption:
    """The texts around the picture.

    Attributes:
        title: what is shown.
        goal: what the agent should do.
        paused: whether time is stopped.
        speed: 1 is the environment's own.
        keys: whether the keys are explained.
    """

    title: str
    goal: str = ""
    paused: bool = False
    speed: float = 1.0
    keys: bool = True


def draw_watch(surface: pygame.Surface, trace: Trace, caption: Caption) -> None:
    """Draw the newest picture, and the predicted reward under it, on the whole surface."""
    width, height = surface.get_size()
    canvas = Canvas(surface, max(min(width / 1000, height / 760), 0.6))
    surface.fill(theme.BACKGROUND)
    px = canvas.px
    margin = px(20)
    area = pygame.Rect(margin, margin, width - 2 * margin, height - 2 * margin)
    head = pygame.Rect(area.left, area.top, area.width, px(58))
    foot = pygame.Rect(area.left, area.bottom, area.width, 0)
    if caption.keys:
        foot = pygame.Rect(area.left, area.bottom - px(20), area.width, px(20))
        canvas.text(KEYS, foot, 13, theme.FAINT, align="center")
    strip = pygame.Rect(area.left, 0, area.width, px(200))
    strip.bottom = foot.top - (px(14) if caption.keys else 0)
    _head(canvas, head, trace, caption)
    stage = pygame.Rect(area.left, head.bottom + px(12), area.width, 0)
    stage.height = strip.top - px(14) - stage.top
    canvas.panel(stage, theme.SUNKEN, 12)
    if trace.frame is not None:
        _picture(canvas, stage.inflate(-px(16), -px(16)), trace.frame)
    _strip(canvas, strip, trace)


def _head(canvas: Canvas, box: pygame.Rect, trace: Trace, caption: Caption) -> None:
    px = canvas.px
    right = pygame.Rect(box.right - px(250), box.top, px(250), box.height)
    left = pygame.Rect(box.left, box.top, box.width - right.width - px(16), px(30))
    canvas.text(caption.title, left, 23, theme.BRIGHT, bold=True)
    goal = pygame.Rect(left.left, left.bottom, left.width, box.bottom - left.bottom)
    canvas.text(caption.goal, goal, 15, theme.MUTED)
    first, second = right.copy(), right.copy()
    first.height, second.top, second.height = px(30), right.top + px(30), box.height - px(30)
    place = f"episode {trace.episode} · step {trace.step:,}"
    canvas.text(place, first, 16, theme.TEXT, align="right")
    state = "paused" if caption.paused else f"speed {caption.speed:g}×" if caption.keys else ""
    colour = theme.LEFT if caption.paused else theme.FAINT
    canvas.text(state, second, 15, colour, align="right")


def _picture(canvas: Canvas, box: pygame.Rect, frame: npt.NDArray[np.uint8]) -> None:
    """The frame as large as fits; small ones by whole factors, so that their pixels stay sharp."""
    height, width = frame.shape[:2]
    picture = pygame.image.frombuffer(np.ascontiguousarray(frame).tobytes(), (width, height), "RGB")
    factor = min(box.width / width, box.height / height)
    if factor >= 2:
        picture = pygame.transform.scale_by(picture, int(factor))
    else:
        picture = pygame.transform.smoothscale_by(picture, factor)
    place = picture.get_rect(center=box.center)
    canvas.surface.blit(picture, place)
    canvas.round_off(place, theme.SUNKEN, 6)


def _strip(canvas: Canvas, box: pygame.Rect, trace: Trace) -> None:
    px = canvas.px
    canvas.panel(box, theme.CARD, 12)
    inner = box.inflate(-px(36), -px(28))
    numbers = pygame.Rect(inner.left, inner.top, px(170), inner.height)
    plot = pygame.Rect(0, inner.top, 0, inner.height)
    plot.left, plot.width = numbers.right + px(26), inner.right - numbers.right - px(26)
    now = trace.learned[-1] if trace.learned else 0.0
    line = pygame.Rect(numbers.left, numbers.top, numbers.width, px(20))
    canvas.text("predicted reward", line, 14, theme.MUTED)
    line = pygame.Rect(numbers.left, line.bottom, numbers.width, px(46))
    canvas.text(_signed(now), line, 38, theme.RIGHT, bold=True)
    rows = [("learned return", trace.learned_return), ("true return", trace.true_return)]
    if trace.finished:
        rows.append(("true, last episode", trace.finished[-1][1]))
    top = line.bottom + px(10)
    for name, value in rows:
        line = pygame.Rect(numbers.left, top, numbers.width, px(24))
        canvas.text(name, line, 14, theme.MUTED)
        canvas.text(_signed(value), line, 15, theme.BRIGHT, bold=True, align="right")
        top = line.bottom
    _plot(canvas, plot, trace)


def _signed(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"
    text = f"{value:.2f}" if abs(value) < 10 else text
    return text.replace("-", "\N{MINUS SIGN}")


def _plot(canvas: Canvas, box: pygame.Rect, trace: Trace) -> None:
    """A line of the newest rewards that moves to the left, and the ensemble's spread as a band."""
    px = canvas.px
    low, high = trace.span()
    label = pygame.Rect(box.left, box.top, px(44), px(16))
    area = pygame.Rect(label.right + px(8), box.top, box.right - label.right - px(8), box.height)
    legend = pygame.Rect(area.left, area.bottom - px(18), area.width, px(18))
    area.height -= px(24)
    canvas.text(
        f"last {LENGTH} steps; band: spread of the ensemble", legend, 12.5, theme.FAINT,
        align="right",
    )  # fmt: skip
    for value in (high, 0.0, low):
        y = area.bottom - (value - low) / (high - low) * area.height
        if value and abs(y - (area.bottom + low / (high - low) * area.height)) < px(16):
            continue
        colour = theme.LINE if value else theme.FAINT
        pygame.draw.line(canvas.surface, colour, (area.left, y), (area.right, y))
        label.centery = round(y)
        canvas.text(_signed(value), label, 12.5, theme.FAINT, align="right")
    if trace.learned:
        canvas.surface.blit(_curve(area.size, trace, low, high, canvas.unit), area)


def _curve(
    size: tuple[int, int], trace: Trace, low: float, high: float, unit: float
) -> pygame.Surface:
    width, height = (SMOOTH * side for side in size)
    sheet = pygame.Surface((width, height), pygame.SRCALPHA)
    count = len(trace.learned)
    x = (width - 8 * SMOOTH * unit) * (np.arange(count) + LENGTH - count) / (LENGTH - 1)

    def points(values: object) -> list[tuple[float, float]]:
        y = (high - np.array(values)) / (high - low) * height
        return list(zip(x.tolist(), y.tolist(), strict=True))

    for at, starts in zip((x // SMOOTH * SMOOTH).tolist(), trace.starts, strict=True):
        if starts:
            pygame.draw.rect(sheet, theme.LINE, (at, 0, SMOOTH, height))
    line = points(trace.learned)
    if count > 1:
        band = points(trace.high) + points(trace.low)[::-1]
        pygame.draw.polygon(sheet, (*theme.RIGHT, 70), band)
        pygame.draw.lines(sheet, theme.RIGHT, False, line, max(3, round(2.6 * SMOOTH * unit)))
    pygame.draw.circle(sheet, theme.BRIGHT, line[-1], 4.5 * SMOOTH * unit)
    return pygame.transform.smoothscale(sheet, size)
