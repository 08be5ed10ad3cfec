"""Draws the time of a clip beneath it, and in words how its episode ended."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.items import Pair
from rlhf_gym.labelling.state import State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas

__all__ = ["draw_time_bar"]

END_OF_CLIP = "end of clip"


def draw_time_bar(canvas: Canvas, box: pygame.Rect, state: State, pair: Pair, side: int) -> None:
    """Draw a bar with a notch at the end of the episode, the clock, and what has ended.

    The bars of both clips share one scale, so that the same place means the same time.
    """
    px = canvas.px
    canvas.surface.fill(theme.CARD, box)
    if pair.still:
        hint = "scroll, or press . to read on" if state.scrolled[side] < state.reach[side] else ""
        canvas.text(pair.ended[side] or hint, box, 12, theme.MUTED, align="center")
        return
    length = pair.frames[side] / pair.fps
    clock = f"{min(state.position, length):.1f} / {length:.1f} s"
    room = canvas.width_of("00.0 / 00.0 s", 12)
    words = pygame.Rect(box.right - room, box.top, room, box.height)
    canvas.text(clock, words, 12, theme.FAINT, align="right")
    chip = max(canvas.width_of(text, 12, True) for text in (END_OF_CLIP, *filter(None, pair.ended)))
    chip = min(chip + px(20), round((box.width - room) * 0.55))
    told = pygame.Rect(words.left - px(8) - chip, box.top, chip, box.height)
    bar = pygame.Rect(box.left, 0, told.left - px(8) - box.left, px(5))
    bar.centery = box.centery
    whole = bar.copy()
    whole.width = max(px(6), round(bar.width * length / pair.seconds))
    colour = theme.SIDES[side] if state.playing else theme.mixed(theme.CARD, theme.SIDES[side], 0.5)
    canvas.bar(whole, state.position / length, colour, theme.LINE)
    end = _end_of(pair, side)
    if end is not None:
        notch = whole.left + round(whole.width * (end + 1) / pair.frames[side])
        rect = pygame.Rect(min(notch, whole.right) - px(2), 0, px(2), px(13))
        rect.centery = box.centery
        canvas.surface.fill(theme.BRIGHT, rect)
    text = _end_words(state, pair, side, end)
    if text:
        rect = told.inflate(0, px(17) - told.height)
        canvas.panel(rect, theme.RAISED, 99, theme.mixed(theme.RAISED, theme.BRIGHT, 0.2), 1)
        canvas.text(text, rect.inflate(-px(10), 0), 12, theme.BRIGHT, True, "center")


def _end_of(pair: Pair, side: int) -> int | None:
    """Return the frame that shows the end of the episode, -1 if it ended before the clip."""
    if pair.ended[side] is None:
        return None
    last, at = pair.frames[side] - 1, pair.ended_at[side]
    return last if at is None else min(at, last)


def _end_words(state: State, pair: Pair, side: int, end: int | None) -> str:
    """Say why a picture no longer moves, ``""`` while it does."""
    told = pair.ended[side]
    if told is not None and end is not None and state.frame(side) >= end:
        return told
    return END_OF_CLIP if state.position >= pair.frames[side] / pair.fps else ""
