"""Sound: tunes as samples, files and from the loudspeaker."""

from __future__ import annotations

import math
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["RATE", "Loudspeaker", "Note", "Samples", "melody_sound", "write_wav"]

Samples: TypeAlias = npt.NDArray[np.int16]
"""``(samples,)``, one channel."""

Note: TypeAlias = "tuple[float, float, int]"
"""When it begins and how long it lasts, in beats, and its pitch as MIDI counts (69 is 440 Hz)."""

RATE = 22_050
"""Samples a second."""
_OVERTONES = ((1, 1.0), (2, 0.35), (3, 0.15), (4, 0.06))
"""Multiples of the pitch and how loud they are: something between a flute and a music box."""
_ATTACK, _DECAY, _RELEASE = 0.012, 0.9, 0.08
"""Seconds in which a tone comes, falls to a third, and goes when it ends."""
_LOUD = 0.35


def melody_sound(notes: Sequence[Note], tempo: float) -> Samples:
    """A tune as it sounds.

    Args:
        notes: in any order; they may overlap.
        tempo: beats a minute.

    Returns:
        ``(samples,)`` int16 at 22,050 a second; empty where there are no notes.

    Raises:
        ValueError: the tempo is not positive.

    >>> melody_sound([(0, 1, 69)], tempo=60).shape  # a second, and its release
    (23814,)
    """
    if not tempo > 0:
        raise ValueError(f"the tempo must be more than 0 beats a minute, but is {tempo}")
    beat = 60 / tempo
    if not notes:
        return np.zeros(0, np.int16)
    ends = [(begin + length) * beat + _RELEASE for begin, length, _ in notes]
    mix = np.zeros(round(max(ends) * RATE))
    for begin, length, pitch in notes:
        tone = _tone(pitch, length * beat)
        first = round(begin * beat * RATE)
        part = mix[first : first + len(tone)]
        part += tone[: len(part)]
    return np.round(np.tanh(mix * _LOUD) * np.iinfo(np.int16).max).astype(np.int16)


def write_wav(path: str | Path, samples: Samples) -> None:
    """Write samples as a WAV file, which anything plays."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


class Loudspeaker:
    """Plays samples, where there is a device; silent where there is none."""

    def __init__(self) -> None:
        self._mixer: Any = None
        self._asked = False

    def play(self, samples: Samples) -> None:
        """Begin to play, and go on at once."""
        if not self._asked:
            self._asked = True
            self._mixer = _open_mixer()
        if self._mixer is not None and len(samples):
            self._mixer.Sound(buffer=samples.tobytes()).play()

    def hush(self) -> None:
        """Stop what is playing."""
        if self._mixer is not None:
            self._mixer.stop()

    def close(self) -> None:
        """Be silent, and leave the device to others."""
        if self._mixer is not None:
            self._mixer.quit()
        self._mixer, self._asked = None, False


def _open_mixer() -> Any:
    import pygame

    try:
        pygame.mixer.init(RATE, size=-16, channels=1, allowedchanges=0)
    except (pygame.error, NotImplementedError):
        return None
    return pygame.mixer


def _tone(pitch: int, seconds: float) -> npt.NDArray[np.float64]:
    """One tone with its overtones: it comes softly, fades, and is released."""
    time = np.arange(round((seconds + _RELEASE) * RATE)) / RATE
    turns = 2 * math.pi * 440 * 2 ** ((pitch - 69) / 12) * time
    waves = sum(loud * np.sin(n * turns) * np.exp(-n * time) for n, loud in _OVERTONES)
    envelope = np.minimum(time / _ATTACK, 1) * np.exp(-time / _DECAY)
    envelope *= np.clip((seconds + _RELEASE - time) / _RELEASE, 0, 1)
    return np.asarray(waves * envelope)
