"""Tensors that several processes read and write."""

from __future__ import annotations

from torch import Tensor

__all__ = ["shared"]


def shared(tensor: Tensor) -> Tensor:
    """Move a tensor into shared memory and return it; sent to another process it is not copied."""
    moved: Tensor = tensor.share_memory_()  # type: ignore[no-untyped-call]
    return moved
