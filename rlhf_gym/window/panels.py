"""Draws the pages without a pair: waiting and done."""

from __future__ import annotations

import math

import pygame

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import capitalised
from rlhf_gym.labelling.gaps import missed_recently
from rlhf_gym.labelling.process import process_line, time_left
from rlhf_gym.labelling.state import Choice, Screen, State
from rlhf_gym.labelling.summary import Summary, summarise
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.failed import draw_failed, failed_height
from rlhf_gym.window.layout import Layout
from rlhf_gym.window.review_page import draw_review_end

__all__ = ["draw_base_panel", "draw_gap"]

_SHARES = (
    (Choice.LEFT, "left", theme.LEFT),
    (Choice.TIE, "the same", theme.MUTED),
    (Choice.CANNOT_TELL, "can't tell", theme.LINE),
    (Choice.RIGHT, "right", theme.RIGHT),
)
"""The answers in the summary, from left to right: their names and colours."""


def draw_base_panel(canvas: Canvas, layout: Layout, state: State) -> None:
    """Draw WAITING or DONE, where there is no pair to show."""
    area = layout.boxes["question"].union(layout.boxes["main"])
    if state.base is Screen.DONE and state.review is not None:
        draw_review_end(canvas, area, state)
    elif state.status.error and state.review is None:
        _failed(canvas, area, state)
    elif state.base is Screen.DONE:
        _done(canvas, area, state)
    else:
        _waiting(canvas, area, state)


def _waiting(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    px, status = canvas.px, state.status
    middle = pygame.Vector2(area.centerx, area.centery - px(46))
    if status.runs:  # nothing dances where nobody works
        _dots(canvas, middle, state.now)
    title, text = _waiting_words(state)
    width = min(area.width, px(720))
    head = pygame.Rect(0, 0, width, px(40))
    head.midtop = (area.centerx, round(middle.y) + px(24))
    canvas.text(title, head, 24, theme.BRIGHT, True, "center")
    body = pygame.Rect(head.left, head.bottom + px(2), width, px(48))
    canvas.text(text, body, 15, theme.MUTED, align="center", top=True)
    if status.open:
        line = pygame.Rect(head.left, body.bottom, width, px(22))
        drawn = f"{status.ready} of {status.open} pairs are drawn"
        canvas.text(drawn, line, 14, theme.FAINT, align="center")


def _dots(canvas: Canvas, middle: pygame.Vector2, now: float) -> None:
    """Draw three dots that light up in turn."""
    for dot in range(3):
        wave = 0.5 + 0.5 * math.sin(now * 4 - dot * 0.9)
        lit = (theme.LEFT, theme.BRIGHT, theme.RIGHT)[dot]
        colour = theme.mixed(theme.LINE, lit, 0.25 + 0.75 * wave)
        canvas.shape("disc", (middle.x + (dot - 1) * canvas.px(30), middle.y), 15, colour)


def draw_gap(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    """Draw over the last pair what is done until the next one comes, and if a key was not taken."""
    px = canvas.px
    words, colour = _waiting_words(state)[0], theme.BRIGHT
    if missed_recently(state):
        words, colour = "Not counted: the next pair is not there yet", theme.LEFT
    width = max(canvas.width_of(words, 18, True) + px(56), px(260))
    panel = pygame.Rect(0, 0, min(width, area.width - px(20)), px(96))
    panel.center = area.center
    canvas.panel(panel, theme.CARD, 14, theme.LINE, 1.5)
    _dots(canvas, pygame.Vector2(panel.centerx, panel.top + px(30)), state.now)
    line = pygame.Rect(panel.left, panel.top + px(46), panel.width, px(36))
    canvas.text(words, line, 18, colour, True, "center")


def _waiting_words(state: State) -> tuple[str, str]:
    """Title and text of the waiting page."""
    status = state.status
    if state.review is not None:
        return "Getting your next answer", "It is loaded from the run folder."
    if state.left and status.runs:
        left = time_left(state)
        return (
            "Training goes on without you",
            f"It learns from the {status.labels:,} labels that are there{left and ': '}{left}. You "
            "may close this window, or answer again.",
        )
    if status.ready > len(state.skipped):
        others = "Others label this run as well, and may be looking at the last ones."
        return "Getting the next pair", others if status.shared else "It comes in a moment."
    undrawn = status.open > status.ready
    if (status.trainer == "stopped" or status.gone) and not (undrawn and state.draws):
        paused, command = process_line(state), f"{program()} train --resume {state.run or 'RUN'}"
        pairs = "New pairs come" if status.awaited > status.labels else "Your answers count"
        return (
            capitalised(paused),
            f"Nothing is left to label. {pairs} when the run goes on: {command}",
        )
    if status.trainer == "starting":
        text = "It loads what it needs and makes the environment. The first pairs come in seconds."
        return "Training is starting", _sentence(status.doing) or text
    if status.trainer == "":
        text = "The first pairs come as soon as it has clips to ask about."
        return "Waiting for the trainer", _sentence(status.doing) or text
    if status.trainer == "warming up":
        text = "The agent is trying things out. This takes seconds."
        return "Waiting for the first clips", _sentence(status.doing) or text
    if undrawn:
        which = "next" if state.answered or status.labels else "first"
        return f"Drawing the {which} pairs", "They come by themselves in a moment."
    if state.skipped and status.open:
        return "Only pairs that you skipped are left", "They come back in a moment."
    fits = status.trainer in ("waiting", "first labels")
    learner = "reward model is learning from" if fits else "agent trains with"
    return "All caught up", f"The {learner} your answers. New pairs come by themselves."


def _sentence(words: str) -> str:
    return f"{capitalised(words)}." if words else ""


def _done(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    px, status = canvas.px, state.status
    summary = summarise(state)
    area = _column(canvas, area, px(66) + px(38) + px(24) + _sitting_height(canvas, summary))
    center = (area.centerx, area.top + px(28))
    canvas.shape("disc", center, 52, theme.RIGHT)
    canvas.shape("tick", center, 34, theme.SUNKEN)
    head = pygame.Rect(area.left, area.top + px(62), area.width, px(38))
    title = f"All {status.budget:,} labels are given" if status.spent else "Training has ended"
    canvas.text(title, head, 26, theme.BRIGHT, True, "center")
    words = pygame.Rect(head.left, head.bottom, head.width, px(24))
    canvas.text(_done_words(state), words, 15, theme.MUTED, align="center")
    _sitting(canvas, area, words.bottom + px(14), summary)


def _failed(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    """Draw that training failed, and what was given in this sitting."""
    summary = summarise(state)
    rest = _sitting_height(canvas, summary)
    column = _column(canvas, area, area.height)
    column.height -= rest
    column = _column(canvas, area, failed_height(canvas, column, state) + rest)
    column.height -= rest
    draw_failed(canvas, column, state)
    _sitting(canvas, column, column.bottom + canvas.px(14), summary)


def _column(canvas: Canvas, area: pygame.Rect, height: int) -> pygame.Rect:
    """Return a place in the middle of ``area``, as high as given if there is room."""
    column = pygame.Rect(0, 0, min(area.width, canvas.px(820)), min(height, area.height))
    column.center = area.center
    return column


def _done_words(state: State) -> str:
    status = state.status
    if status.spent and status.trainer == "training" and status.runs:
        return "Thank you. The agent goes on training with them; you may close this window."
    if status.gone or status.trainer == "stopped":
        rest = f"It goes on with: {program()} train --resume {state.run or 'RUN'}"
        return f"The trainer is not running. {rest}"
    return "Thank you. Everything is saved; you may close this window."


def _sitting_height(canvas: Canvas, summary: Summary) -> int:
    """Height of what `_sitting` draws, in pixels."""
    return canvas.px(14 + 80 + 18 + 46) if summary.answers else 0


def _sitting(canvas: Canvas, area: pygame.Rect, top: int, summary: Summary) -> None:
    """Draw what was given in this sitting, if anything was."""
    px = canvas.px
    if not summary.answers:
        return
    tiles = pygame.Rect(area.left, top, area.width, px(80))
    _tiles(canvas, tiles, summary)
    shares = pygame.Rect(area.left, tiles.bottom + px(18), area.width, px(46))
    _shares(canvas, shares, summary)


def _tiles(canvas: Canvas, area: pygame.Rect, summary: Summary) -> None:
    px, gap = canvas.px, canvas.px(10)
    figures = (
        (f"{summary.answers}", "answers in this sitting"),
        ("–" if summary.pace is None else f"{summary.pace:.1f} s", "per label"),
        (f"{int(summary.seconds // 60)}:{int(summary.seconds % 60):02d} min", "spent looking"),
        (
            "–" if summary.agreement is None else f"{summary.agreement:.0%}",
            f"self-agreement ({summary.repeats} repeats)",
        ),
    )
    width = (area.width - gap * (len(figures) - 1)) // len(figures)
    for number, (value, caption) in enumerate(figures):
        tile = pygame.Rect(area.left + number * (width + gap), area.top, width, area.height)
        canvas.panel(tile, theme.CARD, 10, theme.LINE, 1)
        upper = pygame.Rect(tile.left + px(8), tile.top + px(10), tile.width - px(16), px(34))
        lower = pygame.Rect(upper.left, upper.bottom, upper.width, px(26))
        canvas.text(value, upper, 24, theme.BRIGHT, True, "center")
        canvas.text(caption, lower, 12, theme.MUTED, align="center")


def _shares(canvas: Canvas, area: pygame.Rect, summary: Summary) -> None:
    """Draw how often each answer was given: a bar for the side bias, and words."""
    px = canvas.px
    total = max(summary.answers, 1)
    bar = pygame.Rect(area.left, area.top, area.width, px(12))
    canvas.panel(bar, theme.CARD, 6)
    x = float(bar.left)
    for choice, _, colour in _SHARES:
        width = bar.width * summary.counts[choice] / total
        canvas.surface.fill(colour, (round(x), bar.top, round(x + width) - round(x), bar.height))
        x += width
    canvas.round_off(bar, theme.BACKGROUND, 6)
    column = area.width // 4
    for number, (choice, name, colour) in enumerate(_SHARES):
        box = pygame.Rect(area.left + number * column, bar.bottom + px(6), column, px(24))
        share = f"{summary.counts[choice]} {name}"
        canvas.text(share, box, 13, theme.MUTED if colour == theme.LINE else colour, True, "center")
