"""The layout: all boxes and buttons, computed from the window's size and the person's scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from rlhf_gym.labelling.state import Action, Screen, State
from rlhf_gym.window import theme
from rlhf_gym.window.buttons import HINT_SIZE, NOWHERE, Button, in_row, keycap_width
from rlhf_gym.window.keys import KEYS
from rlhf_gym.window.overlays.layout import SKIP, lay_out_overlay
from rlhf_gym.window.places import Boxes, places, shown_sides, type_unit
from rlhf_gym.window.strip import marks

__all__ = ["Layout", "lay_out", "verdict_box"]

ANSWERS = (
    (Action.LEFT, "Left is better"),
    (Action.TIE, "About the same"),
    (Action.CANNOT_TELL, "Can't tell"),
    (Action.RIGHT, "Right is better"),
)
HINTS = (  # in the order in which they give way on a narrow window, last first
    (Action.UNDO, "Undo"),
    (Action.PAUSE, "Pause"),
    (Action.REPLAY, "Replay"),
    (Action.HELP, "All keys"),
    (Action.SLOWER, ""),
    (Action.FASTER, "Speed"),
    (Action.MENU, "Menu"),
    (Action.ENLARGE, "Enlarge"),
    (Action.FLAG, "Flag"),
    (Action.NOTE, "Note"),
    (Action.GIVE_BACK, "Skip"),
)
WHILE_PLAYING = (Action.PAUSE, Action.REPLAY, Action.SLOWER, Action.FASTER)
WHILE_WAITING = (Action.UNDO, Action.HELP, Action.MENU)
SIDES = (Action.LEFT, Action.RIGHT)


@dataclass(frozen=True)
class Layout:
    """All boxes of one moment.

    Attributes:
        unit: pixels of one layout unit.
        panel_unit: the same of the overlay's panel.
        sides: which clips are shown, 0 for the left and 1 for the right; one alone is enlarged.
        boxes: the named rectangles of the screen under the overlay.
        panel: the overlay's panel, or None.
        buttons: what can be clicked now.
        behind: buttons that are seen but covered by the overlay.
    """

    unit: float
    panel_unit: float
    sides: tuple[int, ...]
    boxes: Boxes
    panel: pygame.Rect | None
    buttons: tuple[Button, ...]
    behind: tuple[Button, ...] = ()

    def at(self, position: tuple[int, int] | None) -> Button | None:
        """The button under ``position``."""
        if position is None:
            return None
        return next((b for b in self.buttons if b.rect.collidepoint(position)), None)


def lay_out(size: tuple[int, int], state: State) -> Layout:
    """The boxes and buttons of ``state`` in a window of ``size`` pixels."""
    unit, large = type_unit(size, state), theme.unit(size, state.scale)
    boxes, sides = places(size, state), shown_sides(state)
    base = (*_base_buttons(boxes, unit, state), *_strip(boxes["question"], unit, state))
    if state.overlay is None:
        return Layout(unit, large, sides, boxes, None, base)
    panel, buttons = lay_out_overlay(size, large, state)
    return Layout(unit, large, sides, boxes, panel, buttons, behind=base)


def _base_buttons(boxes: Boxes, u: float, state: State) -> tuple[Button, ...]:
    if state.base is Screen.DONE and state.review is not None:
        close = Button(NOWHERE, Action.QUIT, "Close", "main")
        back = Button(NOWHERE, Action.UNDO, "Back to the last answer", "plain")
        return in_row((back, close), boxes["hints"].union(boxes["answers"]), u)
    if state.status.trainer == "done" and state.base in (Screen.DONE, Screen.ENDING):
        row = boxes["hints"]
        row = row if state.base is Screen.ENDING else row.union(boxes["answers"])
        return in_row(_last_buttons(state), row, u)
    if state.base is Screen.DONE:
        close = Button(NOWHERE, Action.QUIT, "Close", "main")
        undo = Button(NOWHERE, Action.UNDO, "Undo the last answer", "keyed")
        wanted = (undo, close) if state.answered else (close,)
        return in_row(wanted, boxes["hints"].union(boxes["answers"]), u)
    if state.status.trainer == "starting":  # there is no store yet
        return ()
    if state.nothing_comes:
        close = Button(NOWHERE, Action.QUIT, "Close", "main")
        return in_row((close,), boxes["hints"].union(boxes["answers"]), u)
    if state.item is None and state.left:
        again = Button(NOWHERE, Action.ANSWER_AGAIN, "Answer again", "plain")
        close = Button(NOWHERE, Action.QUIT, "Close, go on training", "main")
        return in_row((again, close), boxes["hints"].union(boxes["answers"]), u)
    if state.item is None:
        return _hints(boxes["hints"], u, [hint for hint in HINTS if hint[0] in WHILE_WAITING])
    if state.base is Screen.PRACTICE and state.item.given is not None:
        again = Button(NOWHERE, Action.UNDO, "Try again", "keyed")
        go_on = Button(NOWHERE, Action.CONFIRM, "Continue", "main")
        wanted = (go_on,) if state.item.choice is state.item.pair.expected else (again, go_on)
        area = verdict_box(boxes).move(round(4 * u), 0)
        return in_row(wanted, area, u, align_right=True)
    hints: Sequence[tuple[Action, str]] = HINTS
    if state.base is not Screen.LABEL:
        hints = (*HINTS[:8], SKIP)
    if state.item.pair.still:
        hints = tuple(hint for hint in hints if hint[0] not in WHILE_PLAYING)
    if state.sees_again:
        keeps = state.visited is None
        gone = (Action.GIVE_BACK,) if keeps else (Action.GIVE_BACK, Action.MENU)
        first = (Action.CONFIRM, "Keep" if keeps else "Go back")
        hints = (first, *(hint for hint in hints if hint[0] not in gone))
    row = boxes["hints"]
    if state.enlarged is not None:
        row, following = boxes["enlarged"], ("The right one", "Both clips")[state.enlarged]
        hints = [(Action.ENLARGE, following)]
    return (
        *_answers(boxes["answers"], u),
        *_hints(row, u, _named(hints, state)),
        *_speakers(boxes, u, state),
        *(Button(boxes[f"card{side}"], SIDES[side], "", "clip") for side in shown_sides(state)),
    )


def _speakers(boxes: Boxes, u: float, state: State) -> tuple[Button, ...]:
    """The buttons that play the sounds of the clips, beside their names."""
    if state.item is None or not state.item.pair.sounds:
        return ()
    font, buttons = theme.font(max(1, round(14 * u)), True), []
    for side in shown_sides(state):
        title, action = boxes[f"title{side}"], (Action.HEAR_LEFT, Action.HEAR_RIGHT)[side]
        rect = pygame.Rect(0, 0, round(62 * u), round(22 * u))
        name = round(38 * u) + font.size(("LEFT", "RIGHT")[side])[0]
        rect.midleft = (title.left + name, title.centery)
        if side == 1:
            rect.midright = (title.right - name, title.centery)
        buttons.append(Button(rect, action, "", "speaker"))
    return tuple(buttons)


def _last_buttons(state: State) -> list[Button]:
    """What can be done when training is over."""
    watch = Button(NOWHERE, Action.WATCH, "Watch your agent", "first")
    report = Button(NOWHERE, Action.OPEN_REPORT, "Open the report", "keyed")
    close = Button(NOWHERE, Action.QUIT, "Close", "keyed", other_key="return")
    wanted = ((watch, state.can_watch), (report, state.can_open_report), (close, True))
    return [button for button, shown in wanted if shown]


def verdict_box(boxes: Boxes) -> pygame.Rect:
    """The place of what is said of a practice answer: that of answers and hints."""
    return boxes["answers"].union(boxes["hints"])


def _strip(area: pygame.Rect, u: float, state: State) -> tuple[Button, ...]:
    """The marks of the last answers."""
    return tuple(
        Button(rect, Action.VISIT, "", "mark", item.pair.query)
        for rect, item in marks(area, u, state)
    )


def _named(hints: Sequence[tuple[Action, str]], state: State) -> tuple[tuple[Action, str], ...]:
    """The hints with what they would do now."""
    now = {Action.FASTER: f"Speed {state.speed:g}×"}
    if not state.playing:
        now[Action.PAUSE] = "Play"
    return tuple((action, now.get(action, label)) for action, label in hints)


def _answers(area: pygame.Rect, u: float) -> tuple[Button, ...]:
    gap = round(9 * u)
    width = (area.width - 3 * gap) // 4
    last = area.right - width
    lefts = (area.left, area.left + width + gap, last - gap - width, last)
    return tuple(
        Button(pygame.Rect(left, area.top, width, area.height), action, label, "answer")
        for left, (action, label) in zip(lefts, ANSWERS, strict=True)
    )


def _hints(area: pygame.Rect, u: float, wanted: Sequence[tuple[Action, str]]) -> tuple[Button, ...]:
    """One row of keys with words, centred; what does not fit is left out."""
    gap = round(14 * u)
    widths: list[int] = []
    shown: list[tuple[Action, str]] = []
    for action, label in wanted:
        key = KEYS.get(action, ("",))[0]
        words = theme.font(max(1, round(HINT_SIZE * u))).size(label)[0] + round(8 * u)
        width = (keycap_width(key, HINT_SIZE, u) if key else round(8 * u)) + (words if label else 0)
        if sum(widths) + width + gap * len(widths) > area.width:
            break
        widths.append(width)
        shown.append((action, label))
    left = area.centerx - (sum(widths) + gap * (len(widths) - 1)) // 2
    buttons = []
    for (action, label), width in zip(shown, widths, strict=True):
        buttons.append(
            Button(pygame.Rect(left, area.top, width, area.height), action, label, "hint")
        )
        left += width + gap
    return tuple(buttons)
