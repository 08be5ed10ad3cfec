"""The Arcade Learning Environment's console: its ROMs, its settings, and what was played on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, Literal

import numpy as np

from rlhf_gym.basics.installation import install_extra
from rlhf_gym.envs.atari_masks import near_games

__all__ = [
    "FRAME_SKIP",
    "NOOPS",
    "STICKY",
    "Played",
    "Setting",
    "actions_of",
    "draw_start",
    "keys_of",
    "new_console",
    "rom_of",
    "switch_on",
]

Setting = Literal["machado2018", "mnih2015"]

STICKY: dict[Setting, float] = {"machado2018": 0.25, "mnih2015": 0.0}
"""Probability, at each frame, that the last action is repeated in place of the next one."""
NOOPS: dict[Setting, int] = {"machado2018": 0, "mnih2015": 7}
"""Largest number of steps without an action before an episode."""
FRAME_SKIP = 4
"""Frames for which an action is held."""


@dataclass
class Played:
    """What was played since the console was switched on; the same again leads to the same state.

    Attributes:
        seed: the console's seed.
        noops: number of first steps without an action, which no agent observed.
        actions: the actions of all steps.
    """

    seed: int = 0
    noops: int = 0
    actions: bytearray = field(default_factory=bytearray)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, which `of` reads."""
        return {**vars(self), "actions": bytes(self.actions)}

    @staticmethod
    def of(plain: dict[str, Any]) -> Played:
        """Return what `plain` was called on."""
        return Played(plain["seed"], plain["noops"], bytearray(plain["actions"]))


def draw_start(generator: np.random.Generator, setting: Setting) -> Played:
    """Draw the start of an episode: the console's seed and a number of steps without an action."""
    seed, noops = int(generator.integers(2**31)), int(generator.integers(NOOPS[setting] + 1))
    return Played(seed, noops, bytearray(noops))


def keys_of(action: str) -> tuple[str, ...]:
    """Return the keys that a person presses for one of ALE's actions.

    >>> keys_of("UPFIRE")
    ('up', 'space')
    """
    words = {"UP": "up", "DOWN": "down", "LEFT": "left", "RIGHT": "right", "FIRE": "space"}
    return tuple(key for word, key in words.items() if word in action)


def new_console(setting: Setting) -> Any:
    """Return an ``ale_py.ALEInterface``; `switch_on` it before anything else."""
    ale_py = _ale_py()
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    ale = ale_py.ALEInterface()
    ale.setFloat("repeat_action_probability", STICKY[setting])
    return ale


def switch_on(console: Any, rom: str, seed: int | None = None) -> None:
    """Switch a console on with a game in it, which takes a tenth of a second."""
    if seed is not None:
        console.setInt("random_seed", seed)
    console.loadROM(rom)


@cache
def actions_of(rom: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return ALE's actions that have a meaning in a game, and all of its actions."""
    console = new_console("machado2018")
    switch_on(console, rom)
    return tuple(console.getMinimalActionSet()), tuple(console.getLegalActionSet())


def rom_of(game: str) -> str:
    """Return the path of a game's ROM.

    Args:
        game: ALE's name of the game.

    Raises:
        ModuleNotFoundError: ale-py or OpenCV is missing.
        ValueError: there is no such game.
        FileNotFoundError: the game is known, but its ROM cannot be read.
    """
    roms = _ale_py().roms
    known = roms.get_all_rom_ids()
    if game not in known:
        raise ValueError(
            f"there is no Atari game {game!r} among ale-py's {len(known)}{near_games(game, known)}"
        )
    try:
        return str(roms.get_rom_path(game))
    except OSError as error:
        raise FileNotFoundError(
            f"the ROM of {game!r} cannot be read: {error}. ale-py contains all of them: unset the "
            "environment variable ALE_ROMS_DIR if it is set, or install ale-py again with "
            "pip install --force-reinstall ale-py"
        ) from error


def _ale_py() -> ModuleType:
    try:
        import ale_py
        import cv2  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"Atari games need {error.name}, which is missing: {install_extra('atari')}"
        ) from error
    return ale_py
