"""The key map is complete and unambiguous."""

from __future__ import annotations

import pygame

from rlhf_gym.labelling.state import Action
from rlhf_gym.window.keys import HELP, KEYS, action_of, key_label


def test_no_key_means_two_things() -> None:
    keys = [key for keys in KEYS.values() for key in keys]
    assert len(keys) == len(set(keys))


def test_every_name_is_one_that_pygame_gives() -> None:
    pygame.display.init()
    names = [key.removeprefix("ctrl+") for keys in KEYS.values() for key in keys]
    unknown = [name for name in names if name not in "?+" and not pygame.key.key_code(name)]
    assert unknown == []


def test_the_help_page_tells_every_action_that_has_a_key_but_enter_and_quit() -> None:
    told = {action for _, actions in HELP for action in actions}
    assert set(KEYS) - told == {Action.CONFIRM, Action.QUIT}


def test_characters_are_found_by_what_they_type() -> None:
    assert action_of("ß", "?") is Action.HELP
    assert action_of("z", "z") is None and action_of("z", "", ctrl=True) is Action.UNDO


def test_key_caps_are_readable() -> None:
    assert [key_label(key) for key in ("ctrl+-", "f11", "escape", ",")] == [
        "Ctrl −",
        "F11",
        "Esc",
        ",",
    ]
