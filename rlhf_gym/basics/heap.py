"""The heap of the C library, which keeps what was freed."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

__all__ = ["give_back"]


def give_back() -> None:
    """Return freed memory to the system, where the C library can (glibc).

    It keeps what large arrays have taken, for the next ones: after a fit of images, hundreds of
    megabytes that nothing uses until the next fit.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None
