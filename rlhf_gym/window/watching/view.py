"""The picture of an agent that is being watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pygame

from rlhf_gym.basics.words import capitalised, counted
from rlhf_gym.envs.known import MISSION_GOAL
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.key_row import KeyHint
from rlhf_gym.window.stage import Page, Placed, draw_page, draw_still
from rlhf_gym.window.watching.trace import LENGTH, Trace, ticks

__all__ = ["Caption", "draw_watch"]

SMOOTH = 2
"""Factor by which the plot is drawn larger and then reduced, which smooths its lines."""
WAY = "most likely actions"
"""How the agent that is watched acts, in the words that stand beside evaluated returns."""
LOWEST_STRIP = 150
"""Height in units below which the rewards are drawn as a curve alone."""


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


def draw_watch(
    surface: pygame.Surface,
    trace: Trace,
    caption: Caption,
    mouse: tuple[int, int] | None = None,
) -> Placed:
    """Draw the newest picture, and the predicted reward under it; return where the keys are."""
    canvas = Canvas(surface, theme.unit(surface.get_size(), 1.0))
    px = canvas.px
    page = _page(trace, caption)
    room, placed = draw_page(canvas, page, mouse)
    strip = room.copy()
    strip.height = min(px(200), round(room.height * 0.45))
    strip.bottom = room.bottom
    stage = room.copy()
    stage.height = max(strip.top - px(10) - stage.top, 1)
    if trace.frame is None:
        canvas.panel(stage, theme.SUNKEN, 12)
    else:
        draw_still(canvas, stage, trace.frame, page)
    _strip(canvas, strip, trace)
    return placed


def _page(trace: Trace, caption: Caption) -> Page:
    where = f"Episode {trace.episode}, step {trace.step:,}"
    if trace.end:
        where = f"Episode {trace.episode}, after {counted(trace.step, 'step')}: {trace.end}"
    pause = "play" if caption.paused else "pause"
    hints = (
        KeyHint(("space",), pause),
        KeyHint((".",), "one step"),
        KeyHint(("-",), "slower"),
        KeyHint(("=",), f"faster ({caption.speed:g}×)"),
        KeyHint(("r",), "from the start"),
        KeyHint(("escape",), "quit"),
    )
    figures = [(f"{_signed(trace.learned_return)}", "learned return")]
    figures.append((_signed(trace.true_return), "true return"))
    if trace.finished:
        figures.append((_signed(trace.finished[-1][1]), "true return, last episode"))
    mission = trace.mission if caption.goal == MISSION_GOAL.text else ""
    return Page(
        environment=caption.title,
        goal=capitalised(mission) or caption.goal,
        line=f"{where}{', paused' if caption.paused else ''} · {WAY}",
        hints=hints if caption.keys else (),
        figures=figures,
    )


def _strip(canvas: Canvas, box: pygame.Rect, trace: Trace) -> None:
    px = canvas.px
    canvas.panel(box, theme.CARD, 12)
    inner = box.inflate(-px(32), -px(24))
    now = trace.learned[-1] if trace.learned else 0.0
    numbers = pygame.Rect(inner.left, inner.top, px(150), px(20))
    canvas.text("predicted reward", numbers, 14, theme.MUTED)
    value = pygame.Rect(inner.left, numbers.bottom, numbers.width, px(46))
    low = box.height < px(LOWEST_STRIP)
    if low:
        value.height = min(px(30), inner.bottom - value.top)
    canvas.text(_signed(now), value, 22 if low else 38, theme.RIGHT, bold=True)
    plot = pygame.Rect(0, inner.top, 0, inner.height)
    plot.left, plot.width = numbers.right + px(16), inner.right - numbers.right - px(16)
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
    area.height = max(area.height - px(24), 1)
    canvas.text(
        f"last {LENGTH} steps; band: spread of the ensemble", legend, 12.5, theme.FAINT,
        align="right",
    )  # fmt: skip
    lowest = -1
    for value in sorted(ticks(low, high), key=lambda tick: (tick != 0, -tick)):
        y = round(area.bottom - (value - low) / (high - low) * area.height)
        if lowest >= 0 and abs(y - lowest) < px(14):
            continue
        lowest = y
        colour = theme.LINE if value else theme.FAINT
        pygame.draw.line(canvas.surface, colour, (area.left, y), (area.right, y))
        label.centery = y
        words = f"{value:g}".replace("-", "\N{MINUS SIGN}")
        canvas.text(words, label, 12.5, theme.FAINT, align="right")
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
