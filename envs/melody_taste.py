"""The rules of Melody, and its listener's taste: the features of each eighth note."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "BAR",
    "BARS",
    "CHORDS",
    "FEATURES",
    "FIRST",
    "HOLD",
    "PITCHES",
    "REST",
    "STEPS",
    "TASTE",
    "WIDTH",
    "TuneContext",
    "features",
    "fits",
    "heard",
    "is_struck",
    "kind_of",
    "moment_of",
    "observe",
    "sounds",
]

BAR, BARS = 8, 8
"""Eighth notes in a bar, and bars in a tune."""
STEPS = BAR * BARS
PITCHES = 15
"""White keys from C4 to C6."""
REST, HOLD, FIRST = 0, 1, 2
"""Actions: silence, the last note sounds on, and the lowest pitch is struck."""

C, A_MINOR, F, G = (0, 2, 4), (5, 0, 2), (3, 5, 0), (4, 6, 1)
"""Chords as degrees of the scale of C, from 0."""
CHORDS = (C, A_MINOR, F, G, C, A_MINOR, G, C)
"""The chord of each bar."""

FEATURES = ("smooth", "wide", "fresh", "sweet", "rhythm", "motif", "home")
TASTE = np.array([0.5, -1.0, 0.5, 2.0, 3.0, 3.0, 5.0], np.float32)
"""The listener's weight of each feature; other people's weights may differ."""

_STRONG = (0, 4)
_FEWEST, _MOST = 3, 6
"""Notes that are struck in a bar with rhythm."""
_LEAP, _WIDE = 3, 4
"""Keys from which on a move is a leap, and above which it is wide."""

_BAR, _LAST, _BEFORE, _MOVE, _STATE, _ECHO, _PLEASED, _CHORD, WIDTH = np.cumsum(
    [BAR, BARS, PITCHES, PITCHES, 2 * _LEAP + 1, 3, 3, 2, PITCHES]
).tolist()
"""Where each part of an observation begins, except the first one, and the observation's size."""
_FITS = np.array([[pitch % 7 in chord for pitch in range(PITCHES)] for chord in CHORDS], np.float32)


def is_struck(action: int) -> bool:
    """Return whether an action strikes a note, rather than rests or sounds on."""
    return action >= FIRST


def fits(pitch: int, step: int) -> bool:
    """Return whether a pitch belongs to the chord at a step.

    >>> [fits(pitch, 0) for pitch in (0, 1, 7)]  # C, D, C an octave higher
    [True, False, True]
    """
    return pitch % 7 in CHORDS[step // BAR]


class TuneContext(NamedTuple):
    """The state of a tune before an eighth note.

    Attributes:
        step: the eighth's index, from 0.
        last: the pitch that was struck last.
        before: the pitch that was struck before that one.
        sounding: whether a note sounds.
        strikes: number of notes struck in this bar.
        alike: whether this bar has had the rhythm of the bar two before so far.
        echo: the kind of action at this place two bars before (see `kind_of`), or -1.
    """

    step: int
    last: int
    before: int
    sounding: bool = False
    strikes: int = 0
    alike: bool = False
    echo: int = -1


def kind_of(action: int, sounding: bool) -> int:
    """Return the kind of an action: silence (0), a note that sounds on (1) or is struck (2)."""
    return 2 if is_struck(action) else int(action == HOLD and sounding)


def sounds(moment: TuneContext, action: int) -> int | None:
    """Return the pitch that sounds with an action, or None."""
    if is_struck(action):
        return action - FIRST
    return moment.last if action == HOLD and moment.sounding else None


def heard(moment: TuneContext, action: int) -> tuple[float, ...]:
    """Return the features of one eighth note, each 0 or 1, in the order of `FEATURES`.

    - ``smooth``: a note is struck one or two keys from the last one; after a leap of three keys or
      more only if it goes the other way, which resolves the leap.
    - ``wide``: a note is struck more than four keys from the last one.
    - ``fresh``: a note is struck that is neither of the last two.
    - ``sweet``: a note of the chord sounds at the first or the fifth eighth of a bar.
    - ``rhythm``: a bar ends in which three to six notes were struck.
    - ``motif``: such a bar ends, and had the rhythm of the bar two before.
    - ``home``: the tune ends on a C.

    >>> heard(TuneContext(0, last=0, before=0), FIRST + 2)  # from C to E over the chord of C
    (1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    """
    struck, pitch = is_struck(action), sounds(moment, action)
    place = moment.step % BAR
    smooth = wide = fresh = rhythm = motif = False
    if struck:
        move, leap = action - FIRST - moment.last, moment.last - moment.before
        smooth = 1 <= abs(move) < _LEAP and (abs(leap) < _LEAP or move * leap < 0)
        wide = abs(move) > _WIDE
        fresh = action - FIRST not in (moment.last, moment.before)
    if place == BAR - 1:
        rhythm = _FEWEST <= moment.strikes + struck <= _MOST
        motif = rhythm and moment.alike and moment.echo == kind_of(action, moment.sounding)
    sweet = place in _STRONG and pitch is not None and fits(pitch, moment.step)
    home = moment.step == STEPS - 1 and pitch is not None and pitch % 7 == 0
    found = (smooth, wide, fresh, sweet, rhythm, motif, home)
    return tuple(map(float, found))


def observe(moment: TuneContext, pleased: tuple[bool, bool]) -> npt.NDArray[np.float32]:
    """Return the agent's observation of a moment, ``(76,)`` float32, see `Melody`.

    Args:
        moment: the state of the tune.
        pleased: whether the note at the last eighth belonged to its chord, and whether the last
            struck note was neither of the two before it.
    """
    seen = np.zeros(WIDTH, np.float32)
    place = min(moment.step, STEPS - 1)
    move = min(max(moment.last - moment.before, -_LEAP), _LEAP)
    ones = [place % BAR, _BAR + place // BAR, _LAST + moment.last, _BEFORE + moment.before]
    ones.append(_MOVE + _LEAP + move)
    if moment.echo >= 0:
        ones.append(_ECHO + moment.echo)
    seen[ones] = 1.0
    seen[_STATE:_ECHO] = (moment.sounding, moment.strikes / BAR, moment.alike)
    seen[_PLEASED:_CHORD] = pleased
    seen[_CHORD:] = _FITS[place // BAR]
    return seen


def moment_of(observation: npt.NDArray[np.float32]) -> TuneContext:
    """Return the moment of an observation, the inverse of `observe`.

    >>> moment_of(observe(TuneContext(9, 3, 14, True, 1, True, 2), (True, False)))
    TuneContext(step=9, last=3, before=14, sounding=True, strikes=1, alike=True, echo=2)
    """
    parts = np.split(observation, [_BAR, _LAST, _BEFORE, _MOVE, _STATE, _ECHO, _PLEASED])
    place, bar, last, before, _, state, echo, _ = parts
    return TuneContext(
        step=int(bar.argmax() * BAR + place.argmax()),
        last=int(last.argmax()),
        before=int(before.argmax()),
        sounding=bool(state[0]),
        strikes=round(float(state[1]) * BAR),
        alike=bool(state[2]),
        echo=int(echo.argmax()) if echo.any() else -1,
    )


def features(
    observations: npt.NDArray[np.float32], actions: npt.NDArray[Any]
) -> npt.NDArray[np.float32]:
    """Return the features of each step; a listener's liking of it is ``features @ weights``.

    Args:
        observations: ``(n, 76)``, see `Melody`.
        actions: ``(n,)``.

    Returns:
        ``(n, 7)`` float32, in the order of `FEATURES`.
    """
    rows = [heard(moment_of(o), int(a)) for o, a in zip(observations, actions, strict=True)]
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURES))
