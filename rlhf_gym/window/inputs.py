"""Inputs: what keys, mouse and desktop do, as events of a labelling session."""

from __future__ import annotations

from collections.abc import Iterator

import pygame

from rlhf_gym.labelling import events as e
from rlhf_gym.labelling.state import Action, State
from rlhf_gym.window.buttons import Button
from rlhf_gym.window.keys import action_of
from rlhf_gym.window.layout import lay_out
from rlhf_gym.window.places import next_scale
from rlhf_gym.window.view import Pointer

__all__ = ["Inputs"]

A_NOTCH = 0.15
"""Heights of its place by which a notch of the mouse's wheel scrolls a picture."""


class Inputs:
    """Translates pygame's events, and remembers what the mouse does.

    Attributes:
        pointer: where the mouse is, and whether it is pressed.
    """

    def __init__(self) -> None:
        """Begin without a mouse."""
        self.pointer = Pointer()
        self._pressed: Button | None = None

    def read(self, event: pygame.Event, state: State) -> Iterator[e.Event]:
        """Yield what an event means while the window shows ``state``; mostly nothing or one."""
        if event.type == pygame.KEYDOWN:
            yield from _key(event, state)
        elif event.type == pygame.KEYUP:
            yield e.Release(pygame.key.name(event.key))
        elif event.type == pygame.TEXTINPUT:
            yield e.Typed(event.text)
        elif event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            yield from self._mouse(event, state)
        elif event.type == pygame.MOUSEWHEEL:
            yield _wheel(event.precise_y, state)
        elif event.type == pygame.WINDOWLEAVE:
            self.pointer = Pointer()
        elif event.type in (pygame.WINDOWFOCUSGAINED, pygame.WINDOWFOCUSLOST):
            yield e.Focus(event.type == pygame.WINDOWFOCUSGAINED)
        elif event.type in (pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN):
            yield e.Visible(False)
        elif event.type in (pygame.WINDOWRESTORED, pygame.WINDOWSHOWN, pygame.WINDOWEXPOSED):
            yield e.Visible(True)
        elif event.type == pygame.QUIT:
            yield e.Press(Action.QUIT)

    def _mouse(self, event: pygame.Event, state: State) -> Iterator[e.Event]:
        """Press a button when the mouse is released where it was pressed."""
        down = self.pointer.down
        if event.type != pygame.MOUSEMOTION and event.button == 1:
            down = event.type == pygame.MOUSEBUTTONDOWN
        surface = pygame.display.get_surface()
        assert surface is not None
        button = lay_out(surface.get_size(), state).at(event.pos)
        if down and not self.pointer.down:
            self._pressed = button
        elif not down and self.pointer.down:
            if button is not None and button == self._pressed:
                yield e.Press(button.action, query=button.query)
            self._pressed = None
        self.pointer = Pointer(event.pos, down)


def _key(event: pygame.Event, state: State) -> Iterator[e.Event]:
    """Press what the key stands for; larger and smaller type only where that can be seen."""
    name = pygame.key.name(event.key)
    action = action_of(name, event.unicode, bool(event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)))
    if action in (Action.LARGER, Action.SMALLER):
        size = pygame.display.get_window_size()
        scale = next_scale(size, state, larger=action is Action.LARGER)
        if scale is not None:
            yield e.Scaled(scale)
    elif action is not None and not event.mod & pygame.KMOD_ALT:
        yield e.Press(action, name)


def _wheel(notches: float, state: State) -> e.Event:
    """Scroll the clip under the mouse, or both where it is elsewhere."""
    boxes = lay_out(pygame.display.get_window_size(), state).boxes
    at = pygame.mouse.get_pos()
    over = tuple(side for side in (0, 1) if boxes[f"card{side}"].collidepoint(at))
    return e.Scroll(-notches * A_NOTCH, over or (0, 1))
