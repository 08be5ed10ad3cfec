"""Rows of keys with what they do, the same in every window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from rlhf_gym.window import theme
from rlhf_gym.window.buttons import HINT_SIZE, keycap_width
from rlhf_gym.window.controls import draw_key
from rlhf_gym.window.draw import Canvas

__all__ = ["KeyHint", "KeyRows"]

_ROW, _GAP = 28, 16
"""Height of a row, and room between two hints, in units."""


@dataclass(frozen=True)
class KeyHint:
    """Some keys that do the same, by pygame's names, and what they do in a few words."""

    keys: tuple[str, ...]
    label: str


class KeyRows:
    """Hints in as many centred rows as they need, two at most; what does not fit is left out."""

    MOST = 2

    def __init__(self, hints: Sequence[KeyHint], width: int, unit: float) -> None:
        """Lay hints out in a width in pixels."""
        self._unit = unit
        self._rows: list[list[tuple[KeyHint, int]]] = [[]]
        gap, used = round(_GAP * unit), 0
        for hint in hints:
            wide = self._width_of(hint)
            if used and used + gap + wide > width:
                if len(self._rows) == self.MOST:
                    break
                self._rows.append([])
                used = 0
            self._rows[-1].append((hint, wide))
            used += wide + (gap if used else 0)
        self.height = round(_ROW * unit) * len(self._rows)

    def _width_of(self, hint: KeyHint) -> int:
        words = theme.font(max(1, round(HINT_SIZE * self._unit))).size(hint.label)[0]
        keys = sum(keycap_width(key, HINT_SIZE, self._unit) for key in hint.keys)
        return keys + round(4 * self._unit) * (len(hint.keys) - 1) + round(8 * self._unit) + words

    def draw(
        self, canvas: Canvas, area: pygame.Rect, mouse: tuple[int, int] | None
    ) -> list[tuple[pygame.Rect, KeyHint]]:
        """Draw the hints; return where each is, so that it can be clicked."""
        px, placed = canvas.px, []
        for number, row in enumerate(self._rows):
            gap = px(_GAP)
            left = area.centerx - (sum(wide for _, wide in row) + gap * (len(row) - 1)) // 2
            top = area.top + round(_ROW * self._unit) * number
            for hint, wide in row:
                box = pygame.Rect(left, top, wide, px(_ROW))
                over = mouse is not None and box.collidepoint(mouse)
                ink = theme.BRIGHT if over else theme.MUTED
                x = left
                for key in hint.keys:
                    x = draw_key(canvas, key, x, box.centery, HINT_SIZE, ink).right + px(4)
                words = pygame.Rect(x + px(3), top, box.right - x, px(_ROW))
                canvas.text(hint.label, words, HINT_SIZE, ink)
                placed.append((box, hint))
                left += wide + gap
        return placed
