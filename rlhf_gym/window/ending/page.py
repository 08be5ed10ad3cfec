"""Draws the last page: the agent before and after training, and what the person gave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pygame

from rlhf_gym.basics.words import number
from rlhf_gym.feedback.outcome import Change
from rlhf_gym.labelling.ending import (
    Ending,
    Given,
    missing_words,
    repeats_words,
    title,
    told,
    uncounted_words,
)
from rlhf_gym.labelling.state import State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas, Shape
from rlhf_gym.window.ending.reader import FILMS
from rlhf_gym.window.layout import Layout
from rlhf_gym.window.picture import draw_picture

__all__ = ["draw_ending", "draw_films"]

NAMES = ("BEFORE", "AFTER")
COLOURS = (theme.MUTED, theme.RIGHT)
THANKS = "Thank you. Every answer is saved."
MARKS: dict[Change, tuple[Shape, theme.Colour]] = {
    "better": ("tick", theme.RIGHT),
    "worse": ("down", theme.LEFT),
    "same": ("right", theme.MUTED),
    "unknown": ("tick", theme.RIGHT),
    "untrained": ("cross", theme.MUTED),
}
Pictures = Mapping[int, tuple[Sequence[pygame.Surface], Sequence[pygame.Surface]]]


def draw_ending(canvas: Canvas, layout: Layout, state: State) -> None:
    """Draw what does not move: the verdict, both cards without pictures, what was given."""
    boxes, ending = layout.boxes, state.status.ending or Ending()
    _verdict(canvas, boxes, state, ending)
    for side in (0, 1):
        edge = theme.mixed(theme.CARD, COLOURS[side], 0.45)
        canvas.panel(boxes[f"card{side}"], theme.CARD, 12, edge, 2)
        _title(canvas, boxes[f"title{side}"], state, ending, side)
        way = ending.done.way if ending.done and _value(state, ending, side) is not None else ""
        words = f"mean of {way}" if way else ""
        bar = boxes[f"bar{side}"]
        under = pygame.Rect(bar.left, bar.top + canvas.px(8), bar.width, bar.height - canvas.px(8))
        canvas.text(words, under, 12, theme.FAINT, align="right")
        if state.films.frames[side] and not state.playing:
            canvas.text("paused", under, 12, theme.MUTED)
        if not state.films.frames[side]:
            _instead(canvas, boxes[f"picture{side}"], state, ending, side)
    _given(canvas, boxes, state, ending.given)


def draw_films(canvas: Canvas, layout: Layout, state: State, pictures: Pictures) -> None:
    """Draw what moves: the films."""
    shown = pictures.get(FILMS)
    for side in (0, 1):
        frames = state.films.frames[side]
        if shown is None or not frames or not len(shown[side]):
            continue
        index = min(state.films.frame(side, state.position), len(shown[side]) - 1)
        place = layout.boxes[f"picture{side}"]
        draw_picture(canvas, shown[side][index], place)
        line = pygame.Rect(place.left, place.bottom + canvas.px(4), place.width, canvas.px(4))
        canvas.surface.fill(theme.CARD, line)
        share = state.position / state.films.seconds
        canvas.bar(line, share, theme.mixed(theme.CARD, COLOURS[side], 0.8), theme.LINE)


def _verdict(canvas: Canvas, boxes: dict[str, pygame.Rect], state: State, ending: Ending) -> None:
    px, box = canvas.px, boxes["title"]
    words = title(ending, state.blind)
    size = 25 if box.height >= px(36) else 21
    width = min(canvas.width_of(words, size, True), box.width - px(44))
    left = box.centerx - (width + px(44)) // 2
    center = (left + px(15), box.centery)
    done = ending.done
    if ending.comes:
        _dots(canvas, center, state.now, 7)
    elif done is not None:
        hidden = state.blind and done.change != "untrained"
        mark, colour = MARKS["unknown" if hidden else done.change]
        canvas.shape("disc", center, 30, colour)
        canvas.shape(mark, center, 19, theme.SUNKEN)
    line = pygame.Rect(left + px(44), box.top, width + px(4), box.height)
    canvas.text(words, line, size, theme.BRIGHT, True)
    sentence = told(ending, state.run, state.blind)
    canvas.text(sentence, boxes["told"], 15, theme.MUTED, align="center")


def _dots(canvas: Canvas, center: tuple[int, int], now: float, size: float) -> None:
    """Three dots that dance while something is to come."""
    for dot in range(3):
        wave = 0.5 + 0.5 * math.sin(now * 4 - dot * 0.9)
        lit = (theme.LEFT, theme.BRIGHT, theme.RIGHT)[dot]
        colour = theme.mixed(theme.LINE, lit, 0.25 + 0.75 * wave)
        x = center[0] + (dot - 1) * canvas.px(1.6 * size)
        canvas.shape("disc", (x, center[1]), size, colour)


def _value(state: State, ending: Ending, side: int) -> float | None:
    """The mean return of the agent before or after training, where it is known and shown."""
    if ending.done is None or state.blind:
        return None
    return (ending.done.before, ending.done.after)[side]


def _title(canvas: Canvas, box: pygame.Rect, state: State, ending: Ending, side: int) -> None:
    px, value = canvas.px, _value(state, ending, side)
    name = canvas.text(NAMES[side], box, 14, COLOURS[side], True)
    if value is None:
        return
    figure = number(value)
    width = canvas.width_of(figure, 20, True)
    right = pygame.Rect(box.right - width - px(2), box.top, width + px(2), box.height)
    canvas.text(figure, right, 20, theme.BRIGHT, True, "right")
    left = name.right + px(12)
    caption = pygame.Rect(left, box.top, right.left - px(8) - left, box.height)
    canvas.text("true return", caption, 13, theme.MUTED, align="right")


def _instead(canvas: Canvas, place: pygame.Rect, state: State, ending: Ending, side: int) -> None:
    """Draw what is in the place of a film that is not there: what comes, or why none does."""
    px = canvas.px
    canvas.panel(place, theme.SUNKEN, 6)
    inner = place.inflate(-px(24), -px(12))
    if ending.filmed_later:
        _dots(canvas, (inner.centerx, inner.centery - px(14)), state.now, 13)
        words = pygame.Rect(inner.left, inner.centery + px(4), inner.width, px(24))
        canvas.text("Filming the agent", words, 15, theme.TEXT, align="center")
        return
    value = _value(state, ending, side)
    if value is not None:
        half = pygame.Rect(inner.left, inner.top, inner.width, inner.height // 2)
        canvas.text(number(value), half, 44, COLOURS[side], True, "center")
        inner = pygame.Rect(inner.left, half.bottom, inner.width, inner.height - half.height)
    canvas.text(_why(state, ending, side), inner, 15, theme.MUTED, align="center", top=bool(value))


def _why(state: State, ending: Ending, side: int) -> str:
    outcome = ending.outcome
    if outcome is not None and outcome.change == "untrained" and side == 1:
        return "There is no “after”: the agent is as it was."
    if outcome is not None and outcome.no_film:
        return f"No film: {outcome.no_film}"
    when = "before training" if side == 0 else "after training"
    return f"There is no film of the agent {when}."


def _given(canvas: Canvas, boxes: dict[str, pygame.Rect], state: State, given: Given) -> None:
    area, notes = boxes["answers"], boxes["notes"]
    if not notes.height:
        words, colour = (state.notice, theme.RIGHT) if state.notice else (_line(given), theme.MUTED)
        canvas.text(words, area, 14, colour, align="center")
        return
    _tiles(canvas, area, given)
    if state.notice:
        canvas.text(state.notice, notes, 14, theme.RIGHT, align="center")
        return
    sentences = repeats_words(given), uncounted_words(given), missing_words(given)
    words = " ".join(filter(None, sentences)) or THANKS
    canvas.text(words, notes, 14, theme.MUTED, align="center")


def _tiles(canvas: Canvas, area: pygame.Rect, given: Given) -> None:
    px, gap = canvas.px, canvas.px(10)
    figures = [
        (f"{given.answers:,}", "answers you gave"),
        (_clock(given.seconds), "min of looking"),
        (_labels(given), "labels"),
    ]
    if given.repeats:
        figures.append((f"{given.repeats:,}", "pairs shown again"))
        figures.append((f"{given.alike / given.repeats:.0%}", "answered alike"))
    width = min((area.width - gap * (len(figures) - 1)) // len(figures), px(190))
    left = area.centerx - (width * len(figures) + gap * (len(figures) - 1)) // 2
    for place, (value, caption) in enumerate(figures):
        tile = pygame.Rect(left + place * (width + gap), area.top, width, area.height)
        canvas.panel(tile, theme.CARD, 10, theme.LINE, 1)
        upper = pygame.Rect(tile.left + px(6), tile.top + px(5), tile.width - px(12), px(27))
        lower = pygame.Rect(upper.left, upper.bottom, upper.width, px(20))
        canvas.text(value, upper, 20, theme.BRIGHT, True, "center")
        canvas.text(caption, lower, 12, theme.MUTED, align="center")


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _labels(given: Given) -> str:
    return f"{given.labels:,}" + (f" of {given.budget:,}" if given.budget else "")


def _line(given: Given) -> str:
    """What the person gave in one line, where there is no room for more."""
    answers = f"{given.answers:,} answers in {_clock(given.seconds)} min"
    parts = [answers, f"{_labels(given)} labels"]
    if given.repeats:
        parts.append(f"{given.alike:,} of {given.repeats:,} repeats alike")
    return " · ".join(parts)
