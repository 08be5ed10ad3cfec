"""Ctrl-C (SIGINT): handled, ignored, or held back while a block runs.

What a run does on Ctrl-C is in `rlhf_gym.runs.train`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import resource_tracker
from types import FrameType

__all__ = ["blocked_interrupts", "on_interrupt", "uninterrupted", "without_interrupts"]


@contextmanager
def on_interrupt(handler: Callable[[int, FrameType | None], None] | int) -> Iterator[None]:
    """Handle Ctrl-C with ``handler`` within the block; do nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def without_interrupts() -> AbstractContextManager[None]:
    """Let processes that start within the block ignore Ctrl-C.

    A terminal sends it to all processes of a group, but only the trainer may react.
    """
    return on_interrupt(signal.SIG_IGN)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block ends, then handle it.

    An interrupt within SQLAlchemy leaves a connection open that blocks all other writers until it
    is collected. Only the main thread is ever interrupted, so other threads need no care.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or handler is None:
        yield
        return
    received: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: received.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if received and callable(handler):
            handler(*received[-1])


@contextmanager
def blocked_interrupts() -> Iterator[None]:
    """Block Ctrl-C in this thread; processes that start within the block never receive it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its own start would unblock Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
