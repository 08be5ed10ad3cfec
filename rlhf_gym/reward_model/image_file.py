"""ImageFile: more images than fit into memory, compressed in a file without a name."""

from __future__ import annotations

import tempfile
import weakref
import zlib
from functools import cached_property
from typing import IO

import numpy as np
import numpy.typing as npt

__all__ = ["ImageFile"]

Images = npt.NDArray[np.uint8]


class ImageFile:
    """Images ``(height, width)`` uint8 in a temporary file, which no killed process leaves behind.

    Images that are added together (those of a clip) are compressed together and read together.

    >>> file = ImageFile((1, 2))
    >>> file.append(np.array([[[1, 2]], [[3, 4]]], np.uint8))
    >>> len(file), file.read(np.array([1])).tolist()
    (2, [[[3, 4]]])
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._first: list[int] = []
        self._groups: list[slice | bytes] = []
        self._length = self._size = 0

    @cached_property
    def _file(self) -> IO[bytes]:
        file = tempfile.TemporaryFile()  # noqa: SIM115  open as long as this object lives
        weakref.finalize(self, file.close)
        return file

    def __len__(self) -> int:
        """Return the number of images."""
        return self._length

    def append(self, images: Images) -> None:
        """Add ``(n, height, width)`` images."""
        data = zlib.compress(images.tobytes(), 1)
        self._first.append(self._length)
        self._groups.append(self._written(data))
        self._length += len(images)

    def _written(self, data: bytes) -> slice | bytes:
        """Write bytes, and return where; or return them, where the disk has no room."""
        try:
            self._file.seek(self._size)
            self._file.write(data)
            self._file.flush()
        except OSError:
            return data
        self._size += len(data)
        return slice(self._size - len(data), self._size)

    def read(self, wanted: npt.NDArray[np.int64]) -> Images:
        """Return the images of these numbers, which rise, as ``(n, height, width)``."""
        found = np.empty((len(wanted), *self._shape), np.uint8)
        group = np.searchsorted(self._first, wanted, side="right") - 1
        for number in np.unique(group).tolist():
            of = group == number
            found[of] = self._group(number)[wanted[of] - self._first[number]]
        return found

    def _group(self, number: int) -> Images:
        """Return the images that were added by one call."""
        group = self._groups[number]
        if isinstance(group, slice):
            self._file.seek(group.start)
            group = self._file.read(group.stop - group.start)
        return np.frombuffer(zlib.decompress(group), np.uint8).reshape(-1, *self._shape)
