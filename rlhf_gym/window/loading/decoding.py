"""Decoding a clip into pictures that can be drawn."""

from __future__ import annotations

from pathlib import Path

import av
import pygame

from rlhf_gym.media.video import converted
from rlhf_gym.window.picture import fitting
from rlhf_gym.window.transcript import still_scale

__all__ = ["decode"]

BYTES_A_CLIP = 80_000_000
"""Bytes, at most, that the pictures of a clip may have in memory."""


def decode(path: Path, size: tuple[int, int]) -> list[pygame.Surface]:
    """Decode the frames of a video, as large as fits into ``size``, ready to be drawn.

    A clip that would need too much memory is reduced to a half, a third, ... of the size.

    Raises:
        OSError: the file is missing or no video.
    """
    frames = []
    with av.open(str(path), format="mp4") as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"  # leaves the processors to the trainer
        whole = width = height = 0
        before = b""
        for frame in container.decode(stream):
            if not whole:
                count = max(stream.frames, 1)
                scale = (still_scale if count == 1 else fitting)((frame.width, frame.height), size)
                full = frame.width * frame.height * scale**2 * 4 * count
                whole = next(k for k in range(1, 99) if full / k**2 <= BYTES_A_CLIP)
                width = max(2, round(frame.width * scale / whole))
                height = max(2, round(frame.height * scale / whole))
            pixels = converted(frame, "bgra", width, height).to_ndarray().tobytes()
            if pixels != before:  # a repeated frame is kept once
                surface = pygame.Surface((width, height), depth=32)
                surface.get_buffer().write(pixels)
                before = pixels
            frames.append(surface)
    return frames
