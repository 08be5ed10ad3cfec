"""The strip: a mark for each of the person's last answers, beside the question."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.review import SHOWN, last_answers
from rlhf_gym.labelling.state import Choice, Item, Screen, State
from rlhf_gym.window import theme
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.theme import Colour

__all__ = ["draw_mark", "draw_title", "marks", "question_words", "strip_free"]

QUESTION = "Which clip shows better behaviour? Judge only what you see"
SKIPPED = "You skipped this pair. Can't tell gives it up for good"
TITLE = "Last answers"
MARK, GAP = 24.0, 4.0
"""Size of a mark and distance of two, in layout units."""
FEWEST = 5
"""Number of marks below which there is no strip: the window is too small for it."""
ANSWERS = {
    Choice.LEFT: "left is better",
    Choice.RIGHT: "right is better",
    Choice.TIE: "about the same",
    Choice.CANNOT_TELL: "can't tell",
}
COLOURS: dict[Choice, Colour] = {Choice.LEFT: theme.LEFT, Choice.RIGHT: theme.RIGHT}
LETTERS = {Choice.TIE: "=", Choice.CANNOT_TELL: "?"}


def marks(area: pygame.Rect, u: float, state: State) -> tuple[tuple[pygame.Rect, Item], ...]:
    """The places of the marks at the left of the question, and the answers that they stand for.

    There are as many as fit, so that neither the question nor a clip has to make room.
    """
    title = _title_width(area, u, state)
    room = _room(area, u, state) - title
    count = min(SHOWN, int(room // (MARK + GAP)))
    shown = state.strip and state.enlarged is None and state.base in (Screen.LABEL, Screen.WAITING)
    if not shown or count < FEWEST:
        return ()
    size, places = round(MARK * u), []
    for number, item in enumerate(last_answers(state)[-count:]):
        at = title + number * (MARK + GAP)
        rect = pygame.Rect(area.left + round(at * u), 0, size, size)
        rect.centery = area.centery
        places.append((rect, item))
    return tuple(places)


def strip_free(area: pygame.Rect, u: float, state: State) -> int:
    """Width in pixels that the strip leaves in the middle of ``area``."""
    placed = marks(area, u, state)
    return (
        area.width - 2 * (placed[-1][0].right + round(GAP * u) - area.left)
        if placed
        else area.width
    )


def _room(area: pygame.Rect, u: float, state: State) -> float:
    """Return the width at the left of the question, in layout units."""
    question = theme.font(max(1, round(15 * u))).size(_question(state))[0]
    return (area.width - question) / 2 / u - GAP


def _title_width(area: pygame.Rect, u: float, state: State) -> float:
    """Return the room of the title in layout units, 0 where there is none for it."""
    width = theme.font(max(1, round(12 * u))).size(TITLE)[0] / u + 2.5 * GAP
    return width if _room(area, u, state) >= width + SHOWN * (MARK + GAP) else 0.0


def _question(state: State) -> str:
    """The question, with what there is to hear."""
    if state.item is None or not state.item.pair.sounds:
        return f"{QUESTION}."
    return QUESTION + (": no sound device was found." if state.silent else " and hear.")


def question_words(state: State, over: int = 0) -> str:
    """The question, or what was said of the query ``over`` or of the pair on the screen."""
    item = next((item for item in state.items if over and item.pair.query == over), None)
    if item is not None and item.choice is not None:
        marked = [", flagged"] * item.flagged + [", with a note"] * bool(item.note)
        return f"You said: {ANSWERS[item.choice]}{''.join(marked)}. Click to see it again."
    if state.item is not None and state.item.skipped and state.item.given is None:
        return SKIPPED
    if not state.sees_again or state.item is None or state.item.choice is None:
        return _question(state)
    said = ANSWERS[state.item.choice]
    keeps = state.visited is None
    ways = "Keep it (Enter) or give another." if keeps else "Change it, or go back (Enter)."
    return f"You said: {said}. {ways}"


def draw_title(canvas: Canvas, area: pygame.Rect, state: State) -> None:
    """Write what the marks are, where there are some and room for the words."""
    width = round((_title_width(area, canvas.unit, state) - 1.5 * GAP) * canvas.unit)
    if width > 0 and marks(area, canvas.unit, state):
        canvas.text(TITLE, pygame.Rect(area.left, area.top, width, area.height), 12, theme.FAINT)


def draw_mark(canvas: Canvas, rect: pygame.Rect, item: Item, here: bool, hovered: bool) -> None:
    """Draw the answer as an arrow or a sign in its colour; a corner tells of flag and note."""
    assert item.choice is not None
    colour = COLOURS.get(item.choice, theme.MUTED)
    ground = theme.mixed(theme.CARD, colour, 0.3 if here else 0.2 if hovered else 0.1)
    edge = theme.BRIGHT if here else theme.mixed(theme.CARD, colour, 0.9 if hovered else 0.45)
    canvas.panel(rect, ground, 6, edge, 2 if here else 1)
    if item.choice in LETTERS:
        canvas.text(LETTERS[item.choice], rect, 15, theme.TEXT, bold=True, align="center")
    else:
        shape = "left" if item.choice is Choice.LEFT else "right"
        canvas.shape(shape, rect.center, 14, colour)  # type: ignore[arg-type]
    if item.flagged or item.note:
        corner = (rect.right - canvas.px(3), rect.top + canvas.px(3))
        canvas.shape("disc", corner, 12, theme.BACKGROUND)
        if item.flagged:
            canvas.shape("flag", corner, 10, theme.LEFT)
        else:
            canvas.shape("disc", corner, 6, theme.RIGHT)
