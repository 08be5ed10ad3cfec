"""Painter: brings a state to the display and draws only what has changed."""

from __future__ import annotations

from collections.abc import Hashable

import pygame

from rlhf_gym.labelling.state import State
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.ending.page import draw_films
from rlhf_gym.window.ending.reader import FILMS
from rlhf_gym.window.layout import lay_out
from rlhf_gym.window.status import draw_status
from rlhf_gym.window.view import (
    Pictures,
    Pointer,
    draw,
    draw_moving,
    moving_areas,
    status_key,
    still_key,
)

__all__ = ["Painter"]


class Painter:
    """Draws on the display; what does not move is drawn once."""

    def __init__(self) -> None:
        """Start with nothing on the display."""
        self._still: Hashable = None
        self._moving: Hashable = None
        self._numbers: Hashable = None

    def forget(self) -> None:
        """Draw everything next time, since the display lost its content."""
        self._still = None

    def paint(
        self, surface: pygame.Surface, state: State, pictures: Pictures, pointer: Pointer
    ) -> None:
        """Bring ``state`` to the display surface."""
        layout = lay_out(surface.get_size(), state)
        hovered = layout.at(pointer.position)
        still = (surface.get_size(), still_key(state, pictures, hovered, pointer.down))
        shown = pictures.get(FILMS if state.item is None else state.item.pair.query)
        moving, numbers = (
            (state.position, state.scrolled, state.reach, id(shown)),
            status_key(state),
        )
        if still != self._still:
            draw(surface, state, pictures, pointer)
            pygame.display.flip()
        elif state.overlay is None and (state.item is not None or any(state.films.frames)):
            canvas, areas = Canvas(surface, layout.unit), []
            if moving != self._moving:
                if state.item is None:
                    draw_films(canvas, layout, state, pictures)
                else:
                    draw_moving(canvas, layout, state, state.item, pictures)
                areas += moving_areas(layout)
            if numbers != self._numbers and len(layout.sides) == 2:
                draw_status(canvas, layout.boxes["status"], state)
                areas.append(layout.boxes["status"])
            pygame.display.update(areas)
        self._still, self._moving, self._numbers = still, moving, numbers
