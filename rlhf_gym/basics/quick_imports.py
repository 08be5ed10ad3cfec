"""Imports of what a process needs, when it needs it: help and mistakes wait for none of them."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quick_imports"]


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import without garbage collection, which takes a third of the time of importing torch.

    What is imported stays until the end: later collections do not look through it, but the last
    one does, so that libraries that count what is left find nothing.
    """
    before = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > before:
            gc.freeze()
            atexit.unregister(gc.unfreeze)
            atexit.register(gc.unfreeze)
        gc.enable()
