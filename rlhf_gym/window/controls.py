"""Draws what can be clicked: answers, hints, plain buttons and the keys on them."""

from __future__ import annotations

from collections.abc import Callable

import pygame

from rlhf_gym.labelling.state import Action, State
from rlhf_gym.window import theme
from rlhf_gym.window.buttons import ARROWS, BUTTON_KEY_SIZE, HINT_SIZE, Button, keycap_width
from rlhf_gym.window.draw import Canvas, Shape
from rlhf_gym.window.keys import KEYS, key_label
from rlhf_gym.window.strip import draw_mark
from rlhf_gym.window.theme import Colour

__all__ = ["draw_button", "draw_key"]

TINTS: dict[Action, Colour] = {Action.LEFT: theme.LEFT, Action.RIGHT: theme.RIGHT}
_SHAPES: dict[str, Shape] = {"left": "left", "right": "right", "up": "up", "down": "down"}


def draw_key(
    canvas: Canvas,
    key: str,
    left: int,
    centery: int,
    size: float,
    colour: Colour = theme.TEXT,
    ground: Colour = theme.RAISED,
) -> pygame.Rect:
    """A key of the keyboard; arrows are drawn, since fonts may lack them."""
    height = round((size + 9) * canvas.unit)
    rect = pygame.Rect(left, centery - height // 2, keycap_width(key, size, canvas.unit), height)
    canvas.panel(rect, theme.mixed(ground, (0, 0, 0), 0.45), 5)
    top = rect.copy()
    top.height -= canvas.px(1.6)
    canvas.panel(top, ground, 5, theme.mixed(ground, theme.BRIGHT, 0.16), 1)
    if key in ARROWS:
        canvas.shape(_SHAPES[key], top.center, size - 1, colour)
    else:
        canvas.text(key_label(key), top, size - 1, colour, bold=True, align="center")
    return rect


def draw_button(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    """Draw one button: idle, under the mouse, pressed, or as the answer just given."""
    if button.look != "clip":  # a clip is its own button
        _LOOKS[button.look](canvas, button, state, hovered, hovered and pressed)


def _answer(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    px, item = canvas.px, state.item
    tint = TINTS.get(button.action, theme.MUTED)
    now = item.choice if item is not None else None
    chosen = now is not None and now.value == button.action
    before = item.old_choice if item is not None else None
    old = before is not None and before.value == button.action
    share = 0.30 if pressed else 0.22 if hovered else 0.12
    fill = tint if chosen else theme.mixed(theme.CARD, tint, share)
    edge = tint if hovered or old or chosen else theme.mixed(theme.CARD, tint, 0.55)
    rect = button.rect.move(0, px(1)) if pressed else button.rect
    canvas.panel(rect, fill, 10, edge, 2.5 if old else 1.5)
    ink = theme.SUNKEN if chosen else theme.BRIGHT
    key = KEYS[button.action][0]
    width = keycap_width(key, 15, canvas.unit)
    mirrored = button.action is Action.RIGHT
    left = rect.right - px(14) - width if mirrored else rect.left + px(14)
    ground = theme.mixed(fill, (0, 0, 0), 0.12) if chosen else theme.mixed(theme.RAISED, tint, 0.25)
    draw_key(canvas, key, left, rect.centery, 15, ink if chosen else tint, ground)
    words = rect.inflate(-px(10), 0)
    words.width -= width + px(14)
    words.left = rect.left + px(6) if mirrored else left + width + px(6)
    if old:
        upper = pygame.Rect(words.left, words.centery - px(20), words.width, px(22))
        lower = pygame.Rect(words.left, words.centery + px(2), words.width, px(16))
        canvas.text(button.label, upper, 16, ink, bold=True, align="center")
        canvas.text("your answer before", lower, 12, tint, align="center")
    else:
        canvas.text(button.label, words, 16, ink, bold=True, align="center")


def _hint(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    px, rect = canvas.px, button.rect.move(0, canvas.px(1)) if pressed else button.rect
    item = state.item
    marked = {Action.FLAG: item.flagged, Action.NOTE: bool(item.note)} if item else {}
    lit = marked.get(button.action, False)
    colour = theme.BRIGHT if hovered or lit else theme.MUTED
    left = rect.left
    key = KEYS.get(button.action, ("",))[0]
    ground = theme.mixed(theme.RAISED, theme.BRIGHT, 0.12) if hovered else theme.RAISED
    if key:
        left = draw_key(canvas, key, left, rect.centery, HINT_SIZE, colour, ground).right + px(7)
    if not button.label:
        return
    room = pygame.Rect(left, rect.top, rect.right - left, rect.height)
    canvas.text(button.label, room, HINT_SIZE, colour, align="left")


def _mark(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    item = next(item for item in state.items if item.pair.query == button.query)
    here = state.item is not None and state.item.pair.query == button.query
    draw_mark(canvas, button.rect, item, here, hovered)


def _plain(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    fill = theme.mixed(theme.RAISED, theme.BRIGHT, 0.16 if pressed else 0.09 if hovered else 0.0)
    edge = theme.mixed(theme.LINE, theme.BRIGHT, 0.3 if hovered else 0.0)
    canvas.panel(button.rect, fill, 9, edge, 1)
    words = button.rect.inflate(-canvas.px(16), 0)
    if button.look == "keyed":
        ground, at = theme.mixed(fill, theme.BRIGHT, 0.12), (words.left, words.centery)
        cap = draw_key(canvas, button.key, *at, BUTTON_KEY_SIZE, theme.TEXT, ground)
        words = pygame.Rect(cap.right, words.top, words.right - cap.right, words.height)
    canvas.text(button.label, words, 15, theme.TEXT, align="center")


def _main(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    """The button that the Enter key presses."""
    px = canvas.px
    fill = theme.mixed(theme.RIGHT, theme.BRIGHT, 0.35 if pressed else 0.18 if hovered else 0.0)
    canvas.panel(button.rect, fill, 9)
    key = keycap_width("return", 11, canvas.unit)
    words = button.rect.copy()
    words.width -= key + px(12)
    ink = theme.mixed(theme.SUNKEN, fill, 0.1)
    ground = theme.mixed(fill, (255, 255, 255), 0.25)
    draw_key(canvas, "return", words.right, words.centery, 11, ink, ground)
    canvas.text(
        button.label, words.inflate(-px(12), 0), 15, theme.SUNKEN, bold=True, align="center"
    )


def _speaker(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    """The button that plays the sound of a clip; it is lit while the sound is played."""
    px, side = canvas.px, int(button.action is Action.HEAR_RIGHT)
    tint = theme.SIDES[side]
    plays = state.hearing == side
    share = 1.0 if plays else 0.35 if pressed else 0.22 if hovered else 0.08
    fill = theme.mixed(theme.CARD, tint, share)
    edge = tint if plays or hovered else theme.mixed(theme.CARD, tint, 0.45)
    canvas.panel(button.rect, fill, 99, edge, 1)
    ink = theme.SUNKEN if plays else theme.MUTED if state.silent else tint
    shape: Shape = "mute" if state.silent else "speaker"
    canvas.shape(shape, (button.rect.left + px(20), button.rect.centery), 15, ink)
    left = button.rect.left + px(34)
    words = pygame.Rect(
        left, button.rect.top, button.rect.right - px(12) - left, button.rect.height
    )
    canvas.text(key_label(KEYS[button.action][0]), words, 12, ink, bold=True, align="center")


def _first(canvas: Canvas, button: Button, state: State, hovered: bool, pressed: bool) -> None:
    """The button to press first, which has a key of its own."""
    fill = theme.mixed(theme.RIGHT, theme.BRIGHT, 0.35 if pressed else 0.18 if hovered else 0.0)
    canvas.panel(button.rect, fill, 9)
    words = button.rect.inflate(-canvas.px(16), 0)
    ground, ink = theme.mixed(fill, (255, 255, 255), 0.25), theme.mixed(theme.SUNKEN, fill, 0.1)
    at = (words.left, words.centery)
    cap = draw_key(canvas, button.key, *at, BUTTON_KEY_SIZE, ink, ground)
    words = pygame.Rect(cap.right, words.top, words.right - cap.right, words.height)
    canvas.text(button.label, words, 15, theme.SUNKEN, bold=True, align="center")


_LOOKS: dict[str, Callable[[Canvas, Button, State, bool, bool], None]] = {
    "answer": _answer,
    "hint": _hint,
    "plain": _plain,
    "keyed": _plain,
    "speaker": _speaker,
    "first": _first,
    "line": _plain,
    "main": _main,
    "mark": _mark,
}
