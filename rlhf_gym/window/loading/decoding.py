"""Decoding a clip into pictures that can be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import av
import pygame

from rlhf_gym.media.video import converted
from rlhf_gym.window.picture import fitting
from rlhf_gym.window.transcript import still_scale

__all__ = ["decode", "scale_of_stills"]

BYTES_A_CLIP = 80_000_000
"""Bytes, at most, that the pictures of a clip may have in memory."""


def scale_of_stills(paths: Iterable[Path], size: tuple[int, int]) -> float | None:
    """Return the scale of all transcripts of a pair, see `still_scale`; None if none can be read.

    One that cannot be read is left to `decode`, which says why.
    """
    sizes = []
    for path in paths:
        with suppress(OSError, ValueError, IndexError), av.open(str(path), format="mp4") as video:
            context = video.streams.video[0]
            sizes.append((context.width, context.height))
    return still_scale(sizes, size) if sizes else None


def decode(path: Path, size: tuple[int, int], scale: float | None = None) -> list[pygame.Surface]:
    """Decode the frames of a video, ready to be drawn.

    A clip that would need too much memory is reduced to a half, a third, ... of the size.

    Args:
        path: the video.
        size: the place of the clip in pixels.
        scale: of the pictures; by default they are as large as fits into the place.

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
                scale = scale or fitting((frame.width, frame.height), size)
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
