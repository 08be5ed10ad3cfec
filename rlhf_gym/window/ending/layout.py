"""The boxes of the last page, from those of the page with a pair."""

from __future__ import annotations

import pygame

__all__ = ["ROOMY", "ending_boxes"]

ROOMY = 600
"""Height of a window, in layout units, from which on there is room for tiles and explanations."""
Boxes = dict[str, pygame.Rect]


def ending_boxes(boxes: Boxes, u: float) -> Boxes:
    """Place verdict, two cards, what the person gave, and buttons, from top to bottom.

    Args:
        boxes: those of the page with a pair; header, status and margins stay.
        u: pixels of one layout unit.
    """
    roomy = boxes["status"].bottom >= ROOMY * u
    left, width = boxes["question"].left, boxes["question"].width
    foot = boxes["status"].top - round(8 * u)
    hints = pygame.Rect(left, foot - round(44 * u), width, round(44 * u))
    notes = _above(hints, round((42 if roomy else 0) * u), round(4 * u))
    given = _above(notes, round((58 if roomy else 20) * u), round(4 * u))
    top = boxes["tie_breaker"].top + round(4 * u)
    title = pygame.Rect(left, top, width, round((38 if roomy else 30) * u))
    told = pygame.Rect(left, title.bottom, width, round((36 if roomy else 32) * u))
    cards = pygame.Rect(left, told.bottom + round(6 * u), width, 0)
    cards.height = given.top - round((10 if roomy else 4) * u) - cards.top
    found = {**boxes, "hints": hints, "notes": notes, "answers": given, "main": cards}
    found["tie_breaker"] = pygame.Rect(title.topleft, (0, 0))  # it is not shown here
    found |= {"question": title.union(told), "title": title, "told": told}
    gap = round(9 * u)
    card_width = (width - gap) // 2
    for side in (0, 1):
        x = left if side == 0 else cards.right - card_width
        found |= _card(pygame.Rect(x, cards.top, card_width, cards.height), side, u)
    return found


def _above(box: pygame.Rect, height: int, gap: int) -> pygame.Rect:
    return pygame.Rect(box.left, box.top - gap - height, box.width, height)


def _card(card: pygame.Rect, side: int, u: float) -> Boxes:
    pad, strip, foot = round(9 * u), round(34 * u), round(27 * u)
    inner = card.inflate(-2 * pad, 0)
    title = pygame.Rect(inner.left, card.top, inner.width, strip)
    bar = pygame.Rect(inner.left, card.bottom - foot, inner.width, foot - round(3 * u))
    picture = pygame.Rect(inner.left, title.bottom, inner.width, bar.top - title.bottom)
    return {
        f"card{side}": card,
        f"title{side}": title,
        f"picture{side}": picture,
        f"bar{side}": bar,
    }
