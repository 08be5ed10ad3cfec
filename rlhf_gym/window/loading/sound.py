"""The sound of a clip, read from its video."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from rlhf_gym.envs.sound import RATE, Samples

__all__ = ["decode_sound"]


def decode_sound(path: Path) -> Samples:
    """Return the sound of a video, ``(samples,)`` int16 at 22,050 Hz; empty where there is none.

    Raises:
        OSError: the file is missing or no video.
    """
    parts = [np.zeros(0, np.int16)]
    with av.open(str(path), format="mp4") as container:
        if container.streams.audio:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                resampled = [part.to_ndarray() for part in resampler.resample(frame)]
                parts += [part.reshape(-1).astype(np.int16) for part in resampled]
    return np.concatenate(parts)
