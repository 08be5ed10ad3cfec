"""Where Atari games keep score and lives, on the screen and in the console's memory."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

__all__ = ["COUNTED", "MASKS", "Box", "game_of", "hidden", "near_games", "small_boxes"]

Box: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right of a part of the screen, in pixels of 210 x 160."""

MASKS: dict[str, tuple[Box, ...]] = {
    "beam_rider": ((0, 33, 0, 160), (31, 43, 0, 41), (180, 195, 0, 160)),
    "breakout": ((0, 17, 0, 160),),
    "enduro": ((160, 193, 0, 160),),
    "hero": ((140, 191, 0, 160),),
    "montezuma_revenge": ((0, 48, 0, 160),),
    "pong": ((0, 24, 0, 160),),
    "private_eye": ((5, 31, 0, 160),),
    "qbert": ((0, 28, 0, 160),),
    "seaquest": ((5, 31, 0, 160),),
    "space_invaders": ((0, 23, 0, 160),),
}
"""Boxes with score and lives, for the games of Christiano et al. 2017 and Ibarz et al. 2018."""

COUNTED: dict[str, tuple[int, ...]] = {
    "beam_rider": (5, 9, 10, 11),
    "breakout": (57, 76, 77),
    "enduro": (43, 44, 45),
    "hero": (51, 55, 56, 57),
    "montezuma_revenge": (19, 20, 21, 58),
    "pong": (13, 14),
    "private_eye": (72, 73, 74),
    "qbert": (8, 89, 90, 91),
    "seaquest": (56, 57, 58, 59),
    "space_invaders": (73, 102, 104),
}
"""Bytes of the memory, of 128, in which the same games count points and lives."""


def game_of(name: str) -> str:
    """Return ALE's name of a game, whose name may be written in any common way.

    >>> game_of("SpaceInvaders"), game_of("space_invaders"), game_of("rlhf/Pong-v1")
    ('space_invaders', 'space_invaders', 'pong')
    """
    name = name.rpartition("/")[2].split("-")[0]
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower()
        for place, letter in enumerate(name)
    ).replace("__", "_")


def near_games(name: str, known: Iterable[str]) -> str:
    """Return a question about games with a similar name, or an empty text.

    >>> near_games("pongg", ["pong", "tennis"])
    '; did you mean pong?'
    """
    nearest = difflib.get_close_matches(game_of(name), list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(nearest)}?" if nearest else ""


def hidden(
    game: str, mask: Sequence[Box] | None, *, memory: bool
) -> tuple[tuple[Box, ...], list[int]]:
    """Return the boxes of the screen and the bytes of the memory that an agent does not see.

    Args:
        game: ALE's name of the game.
        mask: the boxes; None stands for those of `MASKS`, and () hides nothing.
        memory: whether the agent observes the memory.

    Raises:
        ValueError: the boxes or bytes are not known, or a box is not on the screen.

    >>> hidden("pong", None, memory=True)
    (((0, 24, 0, 160),), [13, 14])
    """
    if mask is None and game not in MASKS:
        raise ValueError(
            f"where {game} shows score and lives is not known: give mask=((top, bottom, left, "
            "right), ...) in pixels of its screen, or mask=() to leave them visible"
        )
    if memory and mask != () and game not in COUNTED:
        raise ValueError(
            f"which bytes of memory count the points of {game} is not known: give mask=() to leave "
            "them visible, or obs_type='grayscale'"
        )
    boxes = MASKS[game] if mask is None else tuple(tuple(box) for box in mask)
    for box in boxes:
        _check_box(box)
    return boxes, list(COUNTED[game]) if memory and boxes else []  # type: ignore[return-value]


def small_boxes(mask: Sequence[Box], size: int = 84) -> list[tuple[slice, slice]]:
    """Return the rows and columns of a picture of ``size x size`` that show any of the boxes.

    >>> small_boxes([(0, 24, 0, 160)])
    [(slice(0, 10, None), slice(0, 84, None))]
    """
    return [
        (
            slice(top * size // 210, math.ceil(bottom * size / 210)),
            slice(left * size // 160, math.ceil(right * size / 160)),
        )
        for top, bottom, left, right in mask
    ]


def _check_box(box: Sequence[int]) -> None:
    fits = len(box) == 4 and 0 <= box[0] < box[1] <= 210 and 0 <= box[2] < box[3] <= 160
    if not fits:
        raise ValueError(
            "a box of a mask is (top, bottom, left, right) with 0 <= top < bottom <= 210 and "
            f"0 <= left < right <= 160, but {tuple(box)} was given"
        )
