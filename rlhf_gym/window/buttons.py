"""Buttons: what they ask for, how wide they are, and a row of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pygame

from rlhf_gym.labelling.state import Action
from rlhf_gym.window import theme
from rlhf_gym.window.keys import KEYS, key_label

__all__ = ["Button", "in_row", "keycap_width"]

NOWHERE = pygame.Rect(0, 0, 0, 0)  # until the row is laid out
HINT_SIZE = 13.0
BUTTON_KEY_SIZE = 11.0
ARROWS = ("left", "right", "up", "down")


@dataclass(frozen=True)
class Button:
    """Something to click: where, what it asks for, and how it looks.

    A mark in the strip is about the answered query ``query``.
    """

    rect: pygame.Rect
    action: Action
    label: str
    look: str = "plain"  # "answer", "hint", "line", "plain", "keyed", "first", "main" or "mark"
    query: int = 0
    other_key: str = ""

    @property
    def key(self) -> str:
        """The key that is drawn on it: ``other_key``, or the first one of its action."""
        return self.other_key or KEYS.get(self.action, ("",))[0]


def keycap_width(key: str, size: float, u: float) -> int:
    """Width in pixels of a drawn key."""
    height = round((size + 9) * u)
    if key in ARROWS:
        return height
    text = theme.font(max(1, round((size - 1) * u)), True).size(key_label(key))[0]
    return max(height, text + round(12 * u))


def in_row(
    buttons: Sequence[Button], area: pygame.Rect, u: float, align_right: bool = False
) -> tuple[Button, ...]:
    """Place ``buttons`` side by side in the middle of ``area``, or at its right end."""
    gap = round(12 * u)
    font = theme.font(max(1, round(15 * u)), True)
    widths = []
    for button in buttons:
        width = font.size(button.label)[0] + round((76 if button.look == "main" else 36) * u)
        if button.look in ("keyed", "first"):
            width += keycap_width(button.key, BUTTON_KEY_SIZE, u) + round(8 * u)
        widths.append(max(width, round(110 * u)))
    total = sum(widths) + gap * (len(widths) - 1)
    left = area.right - total - round(20 * u) if align_right else area.centerx - total // 2
    placed = []
    for button, width in zip(buttons, widths, strict=True):
        rect = pygame.Rect(left, 0, width, round(40 * u))
        rect.centery = area.centery
        placed.append(replace(button, rect=rect))
        left += width + gap
    return tuple(placed)
