"""The picture of a tune: two lines of four bars on staves, tinted by their chords."""

from __future__ import annotations

from collections.abc import Sequence

from rlhf_gym.envs.melody_taste import BAR, BARS, CHORDS, FIRST, STEPS, fits, kind_of
from rlhf_gym.envs.screen import DARK, FAINT, GREY, WHITE, Drawing, Frame

__all__ = ["draw_melody"]

WIDTH, HEIGHT = 600, 320
_LEFT, _EIGHTH = 28.0, 17.0
_ROW, _BASE = 160.0, 126.0
"""Pixels from one line of the tune to the next, and from a line's top to its C4."""
_KEY = 6
"""Pixels from one white key to the next: half the distance of a staff's lines."""
_LINES = (2, 4, 6, 8, 10)
"""The keys on the lines of a staff: E4, G4, B4, D5, F5."""
_BARS_A_ROW = BARS // 2
_PAPER = (26, 29, 36)
_TINTS = {0: (34, 44, 58), 5: (46, 38, 58), 3: (34, 52, 46), 4: (58, 46, 34)}
"""Background of a bar, by the root of its chord."""
_HEAD = (240, 228, 66)
_CHORD, _OTHER = WHITE, (204, 121, 167)
"""Colours of notes: neither is that of a side of the labelling window."""


def draw_melody(actions: Sequence[int]) -> Frame:
    """Draw the tune so far: notes of the chord white, others purple, the next place yellow.

    Args:
        actions: the action at each eighth, see `Melody`.

    Returns:
        ``(320, 600, 3)`` uint8.
    """
    drawing = Drawing(WIDTH, HEIGHT, DARK)
    for row in range(BARS // _BARS_A_ROW):
        _draw_staff(drawing, row)
    _draw_legend(drawing)
    sounding, begin, pitch = False, 0, 0
    for step, action in enumerate([*actions, 0]):
        kind = kind_of(action, sounding)
        if sounding and kind != 1:
            _draw_note(drawing, pitch, begin, step)
        if kind == 2:
            begin, pitch = step, action - FIRST
        sounding = kind > 0
    if len(actions) < STEPS:
        x, base = _place(len(actions))
        drawing.line((x, base + 14), (x, base - 14 * _KEY - 14), 2, _HEAD)
    return drawing.frame()


def _place(step: int) -> tuple[float, float]:
    """Return where an eighth begins across, and the height of C4 on its line, in pixels."""
    row, place = divmod(step, BAR * _BARS_A_ROW)
    return _LEFT + place * _EIGHTH, _BASE + row * _ROW


def _draw_staff(drawing: Drawing, row: int) -> None:
    long = BAR * _EIGHTH
    top, bottom = _BASE - 14 * _KEY - 12, _BASE + 12
    for bar in range(_BARS_A_ROW):
        root = CHORDS[row * _BARS_A_ROW + bar][0]
        centre = _LEFT + (bar + 0.5) * long, row * _ROW + (top + bottom) / 2
        drawing.box(centre, long - 2, bottom - top, _TINTS.get(root, _PAPER))
    base = row * _ROW + _BASE
    right = _LEFT + _BARS_A_ROW * long
    for key in _LINES:
        drawing.line((_LEFT, base - key * _KEY), (right, base - key * _KEY), 1, GREY)
    for bar in range(_BARS_A_ROW + 1):
        x = _LEFT + bar * long
        drawing.line((x, base - _LINES[0] * _KEY), (x, base - _LINES[-1] * _KEY), 2, GREY)
        for beat in range(2, BAR, 2):
            if bar < _BARS_A_ROW:
                tick = x + beat * _EIGHTH
                drawing.line((tick, base + 8), (tick, base + 11), 1, FAINT)


def _draw_legend(drawing: Drawing) -> None:
    x, y = _LEFT, HEIGHT - 10.0
    for colour, words, width in ((_CHORD, "note of the chord", 142), (_OTHER, "other note", 0)):
        drawing.box((x + 6, y), 12, 8, colour)
        drawing.text(words, (x + 18, y - 7), 12, GREY)
        x += width


def _draw_note(drawing: Drawing, pitch: int, begin: int, end: int) -> None:
    """Draw a note as a box from where it is struck; one that crosses a line's end is split."""
    edge = (begin // (BAR * _BARS_A_ROW) + 1) * BAR * _BARS_A_ROW
    if end > edge:
        _draw_note(drawing, pitch, edge, end)
        end = edge
    x, base = _place(begin)
    y, length = base - pitch * _KEY, (end - begin) * _EIGHTH
    for line in (0, 12, 14):
        if (line == 0 and pitch == 0) or (line and pitch >= line):
            drawing.line((x - 1, base - line * _KEY), (x + _EIGHTH, base - line * _KEY), 1, GREY)
    colour = _CHORD if fits(pitch, begin) else _OTHER
    drawing.box((x + length / 2, y), length - 3, 2 * _KEY - 1, colour)
    drawing.circle((x + 8, y), 2.2, DARK)
