"""Sound: tunes as samples, as WAV files and from the loudspeaker."""

from __future__ import annotations

import math
import os
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["RATE", "Loudspeaker", "Note", "Samples", "melody_sound", "write_wav"]

Samples: TypeAlias = npt.NDArray[np.int16]
"""``(samples,)`` int16, one channel at `RATE`."""

Note: TypeAlias = "tuple[float, float, int]"
"""Begin and length in beats, and MIDI pitch (69 is 440 Hz)."""

RATE = 22_050
"""Samples per second."""
_OVERTONES = ((1, 1.0), (2, 0.35), (3, 0.15), (4, 0.06))
"""Multiples of the pitch and their loudness: a timbre between a flute and a music box."""
_ATTACK, _DECAY, _RELEASE = 0.012, 0.9, 0.08
"""Seconds in which a tone rises, falls to 1/e, and fades when it ends."""
_LOUD = 0.35


def melody_sound(notes: Sequence[Note], tempo: float) -> Samples:
    """Return the sound of a tune.

    Args:
        notes: the notes in any order; they may overlap.
        tempo: beats per minute.

    Returns:
        ``(samples,)`` int16 at 22,050 per second; empty if there are no notes.

    Raises:
        ValueError: the tempo is not positive.

    >>> melody_sound([(0, 1, 69)], tempo=60).shape  # a second, and its release
    (23814,)
    """
    if not tempo > 0:
        raise ValueError(f"the tempo must be more than 0 beats per minute, but is {tempo}")
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
    """Write samples as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


class Loudspeaker:
    """Plays samples if there is a sound device, else stays silent."""

    def __init__(self) -> None:
        self._mixer: Any = None
        self._opened = False

    def play(self, samples: Samples) -> bool:
        """Start to play, without waiting for the end; return whether there is a sound device."""
        if not self._opened:
            self._opened = True
            self._mixer = _open_mixer()
        if self._mixer is not None and len(samples):
            self._mixer.Sound(buffer=samples.tobytes()).play()
        return self._mixer is not None

    def hush(self) -> None:
        """Stop playing."""
        if self._mixer is not None:
            self._mixer.stop()

    def close(self) -> None:
        """Stop playing and release the device."""
        if self._mixer is not None:
            self._mixer.quit()
        self._mixer, self._opened = None, False


def _open_mixer() -> Any:
    import pygame

    try:
        with _quiet_libraries():
            pygame.mixer.init(RATE, size=-16, channels=1, allowedchanges=0)
    except (pygame.error, NotImplementedError):
        return None
    return pygame.mixer


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep from the terminal what libraries in C, such as ALSA, write to standard error."""
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no such stream
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _tone(pitch: int, seconds: float) -> npt.NDArray[np.float64]:
    """Return one tone with its overtones, which rises softly and fades."""
    time = np.arange(round((seconds + _RELEASE) * RATE)) / RATE
    turns = 2 * math.pi * 440 * 2 ** ((pitch - 69) / 12) * time
    waves = sum(loud * np.sin(n * turns) * np.exp(-n * time) for n, loud in _OVERTONES)
    envelope = np.minimum(time / _ATTACK, 1) * np.exp(-time / _DECAY)
    envelope *= np.clip((seconds + _RELEASE - time) / _RELEASE, 0, 1)
    return np.asarray(waves * envelope)
