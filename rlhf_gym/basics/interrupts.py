"""Requests to stop, of which Ctrl-C is one: handled, ignored, or held back while a block runs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any, TypeAlias

__all__ = [
    "STOPS",
    "blocked_interrupts",
    "leave_terminal",
    "on_stop",
    "stops_interrupt",
    "uninterrupted",
]

Handler: TypeAlias = Callable[[int, FrameType | None], object]

STOPS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that ask a process to stop: of Ctrl-C, of ``kill`` and the system's shutdown, and of
a terminal that is closed."""


@contextmanager
def _handled(handlers: Mapping[int, Any]) -> Iterator[None]:
    """Set handlers of signals within the block; do nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # else it was not set by Python
                signal.signal(number, handler)


def on_stop(handler: Handler) -> AbstractContextManager[None]:
    """Handle requests to stop within the block, but not those that the process ignores (nohup)."""
    heeded = [s for s in STOPS if s == signal.SIGINT or signal.getsignal(s) != signal.SIG_IGN]
    return _handled(dict.fromkeys(heeded, handler))


def stops_interrupt() -> AbstractContextManager[None]:
    """Let every request to stop raise KeyboardInterrupt within the block, as Ctrl-C does."""
    return on_stop(_interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    leave_terminal(number)
    raise KeyboardInterrupt


def leave_terminal(number: int) -> None:
    """After the signal of a terminal that is closed, write nowhere: writing there would fail."""
    if number != getattr(signal, "SIGHUP", None):
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        with suppress(OSError):
            if os.isatty(stream):
                os.dup2(nowhere, stream)
    os.close(nowhere)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold requests to stop back until the block ends, then handle them.

    An interrupt within SQLAlchemy leaves a connection open that blocks all other writers until it
    is collected. Only the main thread is ever interrupted, so other threads need no care.
    """
    handlers = {number: signal.getsignal(number) for number in STOPS}
    ours = {number: handler for number, handler in handlers.items() if callable(handler)}
    received: list[tuple[int, FrameType | None]] = []
    try:
        with _handled(dict.fromkeys(ours, lambda number, frame: received.append((number, frame)))):
            yield
    finally:
        for number, frame in received[-1:]:
            ours[number](number, frame)


@contextmanager
def blocked_interrupts() -> Iterator[None]:
    """Let processes that start within the block never receive Ctrl-C, or the end of the terminal.

    A terminal tells all processes of a group, but only the trainer may react. It does: what comes
    meanwhile is handled at the end of the block, or sooner if another thread can receive it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its own start would unblock Ctrl-C
    told = {number for number in STOPS if number != signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, told)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
