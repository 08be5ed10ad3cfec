"""Draws a state on a surface."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import pygame

from rlhf_gym.basics.words import capitalised
from rlhf_gym.labelling.gaps import lingering, missed_recently
from rlhf_gym.labelling.process import process_line
from rlhf_gym.labelling.review import last_answers
from rlhf_gym.labelling.state import Choice, Item, Screen, State
from rlhf_gym.window import theme
from rlhf_gym.window.buttons import Button
from rlhf_gym.window.controls import draw_button
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.ending.page import draw_ending, draw_films
from rlhf_gym.window.header import draw_badge, draw_goal
from rlhf_gym.window.layout import Layout, lay_out, verdict_box
from rlhf_gym.window.overlays.panels import draw_overlay
from rlhf_gym.window.panels import draw_base_panel, draw_gap
from rlhf_gym.window.picture import draw_picture
from rlhf_gym.window.question import draw_question
from rlhf_gym.window.status import draw_status
from rlhf_gym.window.strip import draw_title
from rlhf_gym.window.time_bar import draw_time_bar
from rlhf_gym.window.transcript import draw_transcript, scale_of

__all__ = [
    "Pictures",
    "Pointer",
    "draw",
    "draw_moving",
    "moving_areas",
    "status_key",
    "still_key",
]

Pictures = Mapping[int, tuple[Sequence[pygame.Surface], Sequence[pygame.Surface]]]
"""The frames of the left and the right clip by the query's number."""


@dataclass(frozen=True)
class Pointer:
    """The mouse: where it is, if it is in the window, and whether its button is down."""

    position: tuple[int, int] | None = None
    down: bool = False


def draw(
    surface: pygame.Surface, state: State, pictures: Pictures, pointer: Pointer | None = None
) -> Canvas:
    """Draw the whole window.

    Args:
        surface: where; its size decides the layout.
        state: what is shown.
        pictures: the frames of the pairs that are loaded; others are shown as loading.
        pointer: the mouse.

    Returns:
        The canvas, which knows every text that was placed.
    """
    layout = lay_out(surface.get_size(), state)
    canvas = Canvas(surface, layout.unit)
    surface.fill(theme.BACKGROUND)
    pointer = pointer or Pointer()
    hovered = layout.at(pointer.position)
    whole = len(layout.sides) == 2
    if whole:
        _header(canvas, layout, state)
    if state.base is Screen.ENDING:
        draw_ending(canvas, layout, state)
        draw_films(canvas, layout, state, pictures)
    elif (last := lingering(state)) is not None:
        _between(canvas, state, last, pictures)
    elif state.item is None:
        draw_base_panel(canvas, layout, state)
    else:
        mark = hovered.query if hovered is not None else 0
        if whole:
            draw_question(canvas, layout.boxes["question"], state, state.item, mark)
        for side in layout.sides:
            over = hovered is not None and hovered.rect == layout.boxes[f"card{side}"]
            _card(canvas, layout, state, state.item, side, over)
        draw_moving(canvas, layout, state, state.item, pictures)
        if state.item.given is not None and state.base is Screen.PRACTICE:
            _verdict(canvas, layout, state.item)
    draw_title(canvas, layout.boxes["question"], state)
    for button in layout.behind if state.overlay else layout.buttons:
        draw_button(canvas, button, state, button == hovered, pointer.down)
    if whole:
        draw_status(canvas, layout.boxes["status"], state)
    if layout.panel is not None:
        canvas.shade(surface.get_rect(), theme.SUNKEN, 205)
        canvas.unit = layout.panel_unit
        draw_overlay(canvas, layout.panel, state)
        for button in layout.buttons:
            draw_button(canvas, button, state, button == hovered, pointer.down)
    return canvas


def _between(canvas: Canvas, state: State, last: Item, pictures: Pictures) -> None:
    """Draw the pair that was answered last, dimmed, and what goes on until the next one comes."""
    there = replace(state, index=state.index - 1, position=last.pair.seconds, enlarged=None)
    layout = lay_out(canvas.surface.get_size(), there)
    for side in layout.sides:
        _card(canvas, layout, there, last, side, False)
    if last.pair.query in pictures:
        draw_moving(canvas, layout, there, last, pictures)
    whole = layout.boxes["card0"].union(layout.boxes["card1"])
    canvas.shade(whole, theme.BACKGROUND, 190)
    draw_gap(canvas, whole, state)


def status_key(state: State) -> Hashable:
    """Return a key that is equal for two moments whose live numbers look alike."""
    return replace(state.status, silent_seconds=None), process_line(state)


def still_key(state: State, pictures: Pictures, hovered: Button | None, down: bool) -> Hashable:
    """Return a key that is equal for two moments that differ only in pictures and live numbers."""
    item = state.item
    comes = state.status.ending is not None and state.status.ending.comes
    beats = {Screen.WAITING: 20, Screen.NOTE: 2, Screen.GOAL: 2, Screen.ENDING: 20 * comes}
    beat = beats.get(state.screen, 0)
    return (
        (state.index, state.visited, state.strip, state.review),
        (len(state.items), last_answers(state) if state.strip else ()),
        item and (item.pair.query, item.given, item.old, item.flagged, item.note, item.skipped),
        item is not None and item.pair.query in pictures,
        (state.overlay, state.playing, state.speed, state.scale, state.enlarged, state.unsaved),
        (state.hearing, state.silent),
        status_key(state) if item is None else None,
        (state.draft, state.menu, state.error, hovered, hovered is not None and down),
        (state.films, state.notice, missed_recently(state)),
        int(state.now * beat),
    )


def _header(canvas: Canvas, layout: Layout, state: State) -> None:
    practice = state.item is not None and state.item.pair.purpose == "practice"
    draw_goal(canvas, layout.boxes["goal"], state.shown_goal)
    if state.tie_breaker and not practice and state.base is not Screen.ENDING:
        canvas.text(state.tie_breaker, layout.boxes["tie_breaker"], 14, theme.MUTED)
    draw_badge(canvas, layout.boxes["badge"], state.environment)


def _card(
    canvas: Canvas, layout: Layout, state: State, item: Item, side: int, hovered: bool
) -> None:
    boxes, px, colour = layout.boxes, canvas.px, theme.SIDES[side]
    chosen = (Choice.LEFT, Choice.RIGHT)[side]
    picked = item.choice is chosen
    edge = theme.mixed(theme.CARD, colour, 1.0 if picked else 0.8 if hovered else 0.45)
    canvas.panel(boxes[f"card{side}"], theme.CARD, 12, edge, 3.5 if picked else 2)
    title = boxes[f"title{side}"]
    shape = (title.left + px(9), title.centery)
    words = title.copy()
    words.left, words.width = title.left + px(24), title.width // 2
    if side == 1:
        shape = (title.right - px(9), title.centery)
        words.right = title.right - px(24)
    canvas.shape("left" if side == 0 else "right", shape, 17, colour)
    align = ("left", "right")[side]
    name = ("LEFT", "RIGHT")[side]
    canvas.text(name, words, 14, colour, True, align)  # type: ignore[arg-type]
    mission = capitalised(item.pair.missions[side])
    if mission and mission != state.shown_goal:
        taken = px(36) + canvas.width_of(name, 14, True)
        left = title.left if side else title.left + taken
        rest = pygame.Rect(left, title.top, title.width - taken, title.height)
        canvas.text(mission, rest, 15, theme.BRIGHT, True, "center")


def moving_areas(layout: Layout) -> list[pygame.Rect]:
    """The boxes whose content changes while the clips play."""
    return [layout.boxes[f"{part}{side}"] for side in layout.sides for part in ("picture", "bar")]


def draw_moving(
    canvas: Canvas, layout: Layout, state: State, item: Item, pictures: Pictures
) -> None:
    """Draw only what changes while the clips play: the pictures and their clocks."""
    for side in layout.sides:
        _clip(canvas, layout.boxes[f"picture{side}"], state, item, side, pictures)
        draw_time_bar(canvas, layout.boxes[f"bar{side}"], state, item.pair, side)


def _clip(
    canvas: Canvas, place: pygame.Rect, state: State, item: Item, side: int, pictures: Pictures
) -> None:
    shown = pictures.get(item.pair.query)
    if shown is None:
        canvas.panel(place, theme.SUNKEN, 6)
        canvas.text("Loading…", place, 15, theme.FAINT, align="center")
        return
    frame = shown[side][state.frame(side)]
    if item.pair.still:
        scale = scale_of(shown, place.size)
        draw_transcript(canvas, frame, place, scale, state.scrolled[side])
    else:
        draw_picture(canvas, frame, place)
    chosen = (Choice.LEFT, Choice.RIGHT)[side]
    flashing = state.flash_until is not None and item.pair.purpose != "practice"
    if flashing and item.choice not in (chosen, Choice.TIE):
        canvas.shade(place, theme.CARD, 150)


def _verdict(canvas: Canvas, layout: Layout, item: Item) -> None:
    """Write whether a practice answer was the expected one, and why."""
    px, box = canvas.px, verdict_box(layout.boxes)
    right = item.choice is item.pair.expected
    canvas.panel(box, theme.CARD, 10, theme.RIGHT if right else theme.LEFT, 1.5)
    badge = (box.left + px(28), box.centery)
    canvas.shape("disc", badge, 30, theme.RIGHT if right else theme.LEFT)
    canvas.shape("tick" if right else "cross", badge, 20, theme.SUNKEN)
    left = box.left + px(56)
    end = min(button.rect.left for button in layout.behind or layout.buttons) - px(12)
    head = pygame.Rect(left, box.top + px(10), end - left, px(24))
    canvas.text("That's right." if right else "Look again.", head, 16, theme.BRIGHT, bold=True)
    rest = pygame.Rect(left, head.bottom, end - left, box.bottom - px(8) - head.bottom)
    canvas.text(item.pair.lesson, rest, 14, theme.TEXT, top=True)
