"""Films of the agent: too long to be kept in memory, they are decoded while they play."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import overload

import av
import pygame

from rlhf_gym.media.video import converted
from rlhf_gym.window.picture import fitting

__all__ = ["Film"]


class Film(Sequence[pygame.Surface]):
    """The frames of a video, each as large as fits into a place; the next one is found fastest.

    A frame that cannot be decoded is shown as the one before it.

    Attributes:
        fps: frames per second.
    """

    def __init__(self, path: Path, place: tuple[int, int]) -> None:
        """Open a video.

        Args:
            path: the file.
            place: width and height in pixels of where it is shown.

        Raises:
            OSError: the file is missing, or no video.
        """
        self._container = av.open(str(path), format="mp4")
        try:
            self._stream = self._container.streams.video[0]
        except IndexError as error:
            raise OSError(f"{path} is no video") from error
        self._stream.thread_type = "NONE"  # leaves the processors to the trainer
        self._length = max(self._stream.frames, 1)
        self.fps = float(self._stream.average_rate or 30)
        scale = fitting((self._stream.width, self._stream.height), place)
        width, height = self._stream.width * scale, self._stream.height * scale
        self._surface = pygame.Surface((max(2, round(width)), max(2, round(height))), depth=32)
        self._next = 0
        self._rewind()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> pygame.Surface: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[pygame.Surface]: ...
    def __getitem__(self, index: int | slice) -> pygame.Surface | Sequence[pygame.Surface]:
        """Return a frame; it is drawn over by the next one that is asked for."""
        if isinstance(index, slice):
            raise TypeError("a film shows one frame at a time")
        if not 0 <= index < self._length:
            raise IndexError(index)
        if index < self._next - 1:
            self._rewind()
        frame = None
        while self._next <= index and (found := next(self._frames, None)) is not None:
            frame = found
            self._next += 1
        if frame is not None:
            width, height = self._surface.get_size()
            pixels = converted(frame, "bgra", width, height).to_ndarray().tobytes()
            self._surface.get_buffer().write(pixels)
        self._next = max(self._next, index + 1)
        return self._surface

    def _rewind(self) -> None:
        self._container.seek(0)
        self._frames = self._container.decode(self._stream)
        self._next = 0
