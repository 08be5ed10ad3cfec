"""Tables of tensors that grow row by row, and images that are stored once however often shown."""

from __future__ import annotations

import torch
from torch import Tensor

from rlhf_gym.reward_model.image_file import ImageFile

__all__ = ["ImageTable", "Table"]

_GROWTH = 1.5
MAX_BYTES = 2**27
"""Bytes of labelled images that are kept in memory; further ones are read from a file."""


class Table:
    """Rows of one shape in one tensor, which grows as rows come (for ``most`` rows, if given).

    >>> table = Table((2,), torch.float32, torch.device("cpu"))
    >>> table.append(torch.ones(3, 2)), table.append(torch.zeros(1, 2)), len(table)
    (0, 3, 4)
    >>> table[torch.tensor([2, 3])]
    tensor([[1., 1.],
            [0., 0.]])
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: torch.dtype,
        device: torch.device,
        most: int | None = None,
    ) -> None:
        self._most = most
        self._rows = torch.empty((0, *shape), dtype=dtype, device=device)
        self._length = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._length

    def __getitem__(self, index: Tensor) -> Tensor:
        """Return the rows at ``index``, an integer tensor of any shape."""
        found = self._rows.index_select(0, index.reshape(-1))
        return found.reshape(*index.shape, *self._rows.shape[1:])

    @property
    def nbytes(self) -> int:
        """The memory of all rows, also of free ones, in bytes."""
        return self._rows.nbytes

    def append(self, rows: Tensor) -> int:
        """Add ``rows`` at the end, and return the index of the first of them."""
        first, self._length = self._length, self._length + len(rows)
        if self._length > len(self._rows):
            size = int(_GROWTH * len(self._rows))
            size = max(self._length, size if self._most is None else min(size, self._most))
            grown = self._rows.new_empty((size, *self._rows.shape[1:]))
            grown[:first] = self._rows[:first]
            self._rows = grown
        self._rows[first : self._length] = rows
        return first


class ImageTable:
    """Images ``(channels, height, width)`` of which each channel is stored once a clip.

    Stacked frames repeat each other: of four frames in a stack three were in the one before. What
    is beyond ``max_bytes`` lies in a file, see `ImageFile`.

    >>> frames = torch.arange(5, dtype=torch.uint8).reshape(5, 1, 1)
    >>> stacks = torch.stack([frames[:4], frames[1:]])
    >>> table = ImageTable((4, 1, 1), torch.device("cpu"))
    >>> table.append(stacks)
    >>> table.nbytes, torch.equal(table[torch.tensor([0, 1])], stacks)
    (69, True)
    """

    def __init__(
        self, shape: tuple[int, int, int], device: torch.device, max_bytes: int = MAX_BYTES
    ) -> None:
        channels, height, width = shape
        self._device = device
        self._room = max_bytes // (height * width)
        self._channels = Table((height, width), torch.uint8, device, most=self._room)
        self._more = ImageFile((height, width))
        self._images = Table((channels,), torch.int64, device)

    def __getitem__(self, index: Tensor) -> Tensor:
        """Return the images at ``index``: uint8, its shape and ``(channels, height, width)``."""
        images = self._images[index]
        if not len(self._more):
            return self._channels[images]
        wanted, which = torch.unique(images, return_inverse=True)
        in_memory = wanted[wanted < self._room]
        in_file = (wanted[len(in_memory) :] - self._room).cpu().numpy()
        more = torch.from_numpy(self._more.read(in_file)).to(self._device)
        return torch.cat([self._channels[in_memory], more])[which]

    @property
    def nbytes(self) -> int:
        """The memory of the table in bytes."""
        return self._channels.nbytes + self._images.nbytes

    def append(self, images: Tensor) -> None:
        """Add ``(n, channels, height, width)`` uint8 of one clip."""
        each = images.flatten(0, 1)
        place: dict[bytes, int] = {}
        which = [place.setdefault(channel.numpy().tobytes(), len(place)) for channel in each]
        new = dict(zip(reversed(which), reversed(range(len(which))), strict=True))
        channels = each[[new[number] for number in range(len(place))]]
        first = len(self._channels) + len(self._more)
        self._images.append(torch.tensor(which).reshape(images.shape[:2]) + first)
        in_memory = self._room - len(self._channels)
        self._channels.append(channels[:in_memory])
        if len(channels) > in_memory:
            self._more.append(channels[in_memory:].numpy())
