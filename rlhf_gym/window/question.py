"""Draws the row of the question, which stays where it is, and the chips beside it."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.gaps import missed_recently
from rlhf_gym.labelling.state import Item, State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.strip import question_words, strip_free
from rlhf_gym.window.theme import Colour

__all__ = ["draw_question"]

TOO_SOON = "Not counted: this pair had only just come. Your answer, please."


def draw_question(
    canvas: Canvas, box: pygame.Rect, state: State, item: Item, mark: int = 0
) -> None:
    """Draw the question in the middle of ``box``, and what is to be known of the pair at its right.

    A chip for which there is no room is left out: its button below the clips shows the same. While
    the mouse is over the mark of the query ``mark``, what was said of that pair is told instead.
    """
    px = canvas.px
    early = missed_recently(state)
    text = TOO_SOON if early else question_words(state, mark)
    width = min(canvas.width_of(text, 15) + px(4), strip_free(box, canvas.unit, state))
    words = pygame.Rect(0, box.top, width, box.height)
    words.centerx = box.centerx
    canvas.text(text, words, 15, theme.LEFT if early else theme.TEXT)
    right = box.right
    for text, colour in _chips(state, item):
        rect = pygame.Rect(0, 0, canvas.width_of(text, 13, True) + px(22), px(24))
        rect.midright = (right, box.centery)
        if rect.left < words.right + px(10):
            break
        canvas.panel(rect, theme.RAISED, radius=99, border=theme.mixed(theme.LINE, colour, 0.5))
        canvas.text(text, rect, 13, colour, bold=True, align="center")
        right = rect.left - px(10)


def _chips(state: State, item: Item) -> list[tuple[str, Colour]]:
    """Return the words and the colour of each chip, the most important first."""
    chips: list[tuple[str, Colour]] = []
    if item.pair.purpose == "practice":
        pairs = [i for i in state.items if i.pair.purpose == "practice"]
        chips.append((f"Practice {pairs.index(item) + 1} of {len(pairs)}", theme.BRIGHT))
    if not state.playing:
        chips.append(("Paused", theme.BRIGHT))
    if item.flagged:
        chips.append(("Flagged", theme.LEFT))
    if item.note:
        chips.append(("Note", theme.RIGHT))
    return chips
