"""Imports of what only a running command needs, so that help and mistakes come at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quick_imports"]


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import without garbage collection, which takes a third of the time of importing torch.

    What is imported stays until the end: later collections do not look through it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
