"""The places of all parts of the window, and the size of its type."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

import pygame

from rlhf_gym.labelling.state import SCALES, Screen, State
from rlhf_gym.window import theme
from rlhf_gym.window.ending.layout import ending_boxes
from rlhf_gym.window.picture import fitting

__all__ = ["Boxes", "next_scale", "picture_size", "places", "shown_sides", "type_unit"]

Boxes: TypeAlias = "dict[str, pygame.Rect]"
Size: TypeAlias = "tuple[int, int]"

STEP = 0.02
"""Pixels between two units that are tried, from the wished one down to the usual one."""


def places(size: Size, state: State) -> Boxes:
    """The named rectangles of the screen under the overlay, in a window of ``size`` pixels."""
    u, usual = type_unit(size, state), _usual_unit(size, state)
    boxes = _boxes(size, u, usual)
    if state.base is Screen.ENDING:
        return ending_boxes(boxes, u)
    if state.enlarged is not None:
        boxes = _enlarged(size, u, usual, boxes, state.enlarged)
    return boxes


def picture_size(size: Size, state: State) -> Size:
    """Width and height of the place of a clip's picture."""
    return places(size, state)[f"picture{state.enlarged or 0}"].size


def shown_sides(state: State) -> tuple[int, ...]:
    """The clips that are shown, 0 for the left and 1 for the right; one alone is enlarged."""
    return (0, 1) if state.enlarged is None else (state.enlarged,)


def type_unit(size: Size, state: State) -> float:
    """Pixels of one layout unit: as the person wishes, but no clip becomes smaller for it."""
    wished, usual = theme.unit(size, state.scale), _usual_unit(size, state)
    pair = state.item.pair if state.item is not None else None
    if pair is None or pair.size is None or pair.still or wished <= usual:
        return wished
    return _largest_unit(size, pair.size, usual, wished)


def next_scale(size: Size, state: State, larger: bool) -> float | None:
    """The next scale at which the type that is on the screen has another size; None if there is no.

    Args:
        size: of the window in pixels.
        state: with the scale as it is.
        larger: whether the type is to become larger, else smaller.
    """
    smaller = [scale for scale in reversed(SCALES) if scale < state.scale]
    others = [scale for scale in SCALES if scale > state.scale] if larger else smaller
    now = _seen(size, state)
    seen = (scale for scale in others if _seen(size, replace(state, scale=scale)) != now)
    return next(seen, None)


def _seen(size: Size, state: State) -> float:
    return type_unit(size, state) if state.overlay is None else theme.unit(size, state.scale)


def _usual_unit(size: Size, state: State) -> float:
    return theme.unit(size, min(state.scale, 1.0))


@lru_cache(maxsize=64)
def _largest_unit(window: Size, picture: Size, usual: float, wished: float) -> float:
    """The largest unit up to ``wished`` at which a picture is shown as large as at ``usual``."""

    def shown(unit: float) -> float:
        return fitting(picture, _boxes(window, unit, usual)["picture0"].size)

    tried = (usual + step * STEP for step in range(int((wished - usual) / STEP), 0, -1))
    return next((unit for unit in tried if shown(unit) >= shown(usual)), usual)


def _boxes(size: Size, u: float, usual: float) -> Boxes:
    """Header, two cards, answers, hints and status, from top to bottom.

    Gaps beside the clips follow the unit ``usual``, so that larger type takes no width from them.
    """
    width, height = size
    margin, gap = round(16 * usual), round(9 * usual)
    inner = width - 2 * margin
    boxes = {}
    y = round(12 * u)
    badge = round(min(210 * u, inner * 0.3))
    boxes["goal"] = pygame.Rect(margin, y, inner - badge - gap, round(30 * u))
    boxes["badge"] = pygame.Rect(width - margin - badge, y, badge, round(28 * u))
    y = boxes["goal"].bottom + round(1 * u)
    boxes["tie_breaker"] = pygame.Rect(margin, y, inner, round(19 * u))
    status_height = round(42 * u)
    boxes["status"] = pygame.Rect(0, height - status_height, width, status_height)
    y = boxes["status"].top - round(8 * u) - round(28 * u)
    boxes["hints"] = pygame.Rect(margin, y, inner, round(28 * u))
    y -= round(8 * u) + round(54 * u)
    boxes["answers"] = pygame.Rect(margin, y, inner, round(54 * u))
    top = boxes["tie_breaker"].bottom + round(5 * u)
    boxes["question"] = pygame.Rect(margin, top, inner, round(28 * u))
    top = boxes["question"].bottom + round(5 * u)
    bottom = boxes["answers"].top - round(10 * u)
    boxes["main"] = pygame.Rect(margin, top, inner, bottom - top)
    card_width = (inner - gap) // 2
    for side in (0, 1):
        left = margin if side == 0 else width - margin - card_width
        card = pygame.Rect(left, top, card_width, bottom - top)
        boxes |= _card(card, side, u, usual)
    return boxes


def _enlarged(size: Size, u: float, usual: float, boxes: Boxes, side: int) -> Boxes:
    """One card and the answers alone, in all of the window; the other boxes are empty."""
    main, answers = boxes["main"], boxes["answers"].copy()
    edge = round(10 * u)
    answers.bottom = size[1] - edge
    card = pygame.Rect(main.left, edge, main.width, answers.top - 2 * edge)
    large = _card(card, side, u, usual)
    button = large[f"title{side}"].copy()
    button.width = round(150 * u)
    if side == 0:
        button.right = large["title0"].right
    hidden = {name: pygame.Rect(0, 0, 0, 0) for name in boxes}
    return {**hidden, **large, "answers": answers, "enlarged": button}


def _card(card: pygame.Rect, side: int, u: float, usual: float) -> Boxes:
    pad, strip, foot = round(9 * usual), round(32 * u), round(24 * u)
    title = pygame.Rect(card.left + pad, card.top, card.width - 2 * pad, strip)
    edge = round(4 * u)  # the frame of the card stays free
    bar = pygame.Rect(card.left + pad, card.bottom - foot, card.width - 2 * pad, foot - edge)
    picture = pygame.Rect(card.left + pad, title.bottom, bar.width, bar.top - title.bottom)
    return {
        f"card{side}": card,
        f"title{side}": title,
        f"picture{side}": picture,
        f"bar{side}": bar,
    }
