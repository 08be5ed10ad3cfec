"""Ctrl-C: what it does while a block lasts."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

__all__ = ["on_interrupt", "without_interrupts"]


@contextmanager
def on_interrupt(handler: Callable[[int, FrameType | None], None] | int) -> Iterator[None]:
    """Handle Ctrl-C so within; nothing changes outside of the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def without_interrupts() -> AbstractContextManager[None]:
    """Processes that are started within ignore Ctrl-C: it reaches all, but one shall heed it."""
    return on_interrupt(signal.SIG_IGN)
