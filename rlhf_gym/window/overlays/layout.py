"""The panel of an overlay and its buttons."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.state import Action, Screen, State
from rlhf_gym.window.buttons import NOWHERE, Button, in_row

__all__ = ["SKIP", "lay_out_overlay"]

SKIP = (Action.SKIP_PRACTICE, "Skip the practice")
MENU_LABELS = {
    Action.MENU: "Resume",
    Action.INSTRUCTIONS: "What to do",
    Action.SAY_GOAL: "Say the goal",
    Action.QUIT: "Save and close",
    Action.SKIP_PRACTICE: SKIP[1],
    Action.PRACTISE: "Practise again",
    Action.STOP_ANSWERING: "Stop answering, go on training",
}


def lay_out_overlay(
    size: tuple[int, int], u: float, state: State
) -> tuple[pygame.Rect, tuple[Button, ...]]:
    """The panel of an overlay and its buttons."""
    width, height = size
    others: list[Button] = []
    if state.overlay is Screen.PAUSED:
        lines = state.menu_actions
        panel = _centered(size, 400 * u, (92 + 52 * len(lines)) * u)
        buttons = []
        for number, action in enumerate(lines):
            top = panel.top + round((72 + 52 * number) * u)
            rect = pygame.Rect(
                panel.left + round(20 * u), top, panel.width - round(40 * u), round(44 * u)
            )
            look = "main" if number == state.menu else "line"
            label = MENU_LABELS[action]
            if action is Action.QUIT and state.closing_stops:
                label = "Stop training (resume later)"
            buttons.append(Button(rect, action, label, look))
        return panel, tuple(buttons)
    if state.overlay is Screen.HELP:
        panel = _centered(size, min(width - 32 * u, 980 * u), min(height - 24 * u, 480 * u))
        label = "Back" if state.answered or state.beneath else "Start"
        others = [Button(NOWHERE, *SKIP)] if state.base is Screen.PRACTICE else []
        others.append(Button(NOWHERE, Action.HELP, "All keys", "keyed"))
    elif state.overlay is Screen.KEYS:
        panel = _centered(size, min(width - 32 * u, 860 * u), min(height - 24 * u, 520 * u))
        label, others = "Back", [Button(NOWHERE, Action.INSTRUCTIONS, "What to do")]
    elif state.overlay is Screen.GOAL:
        panel = _centered(size, 640 * u, 262 * u)
        label, others = "Keep the goal", [Button(NOWHERE, Action.MENU, "Go on without", "keyed")]
    elif state.overlay is Screen.NOTE:
        panel = _centered(size, 560 * u, 220 * u)
        label, others = "Keep the note", [Button(NOWHERE, Action.MENU, "Cancel")]
    elif state.overlay is Screen.CLOSING:
        panel = _centered(size, 640 * u, 212 * u)
        label, others = "Stop training", [Button(NOWHERE, Action.MENU, "Back", "keyed")]
        if state.can_leave:
            others.append(Button(NOWHERE, Action.STOP_ANSWERING, "Go on without me"))
    else:
        panel = _centered(size, 660 * u, 340 * u)
        label = "Try again" if state.unsaved else "Go on"
        others = [Button(NOWHERE, Action.QUIT, "Close")]
    wanted = [*others, Button(NOWHERE, Action.CONFIRM, label, "main")]
    row = pygame.Rect(panel.left, panel.bottom - round(62 * u), panel.width, round(62 * u))
    return panel, in_row(wanted, row, u, align_right=True)


def _centered(size: tuple[int, int], width: float, height: float) -> pygame.Rect:
    rect = pygame.Rect(0, 0, round(min(width, size[0] * 0.96)), round(min(height, size[1] * 0.96)))
    rect.center = (size[0] // 2, size[1] // 2)
    return rect
