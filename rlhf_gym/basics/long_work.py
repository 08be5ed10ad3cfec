"""LongWork: says what is done and how far it is, where that takes longer than a moment."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType

__all__ = ["LongWork", "in_words", "print_sparingly", "seconds_in_words"]

PATIENCE_SECONDS = 3.0
"""Seconds for which nothing is said."""
REFRESH_SECONDS = 1.0
"""Seconds between two sayings after that."""


class LongWork:
    """Says what is done, how far it is and how long it may take; nothing where that is short.

    Use it as a context: a thread looks at it meanwhile, so that work that does not come back for a
    long time is told as well.

    >>> clock = iter([0.0, 0.0, 2.9, 10.0]).__next__
    >>> work = LongWork(print, clock=clock)
    >>> work.begin("trying how clips can be drawn")
    >>> work.expect(60, "steps")
    >>> work.advance(12)
    >>> work.look()
    >>> work.look()
    trying how clips can be drawn: 12 of 60 steps, about 40 s left
    """

    def __init__(
        self, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin.

        Args:
            say: gets the newest words each second, and ``""`` at the end, if there were any.
            clock: gives the time in seconds.
        """
        self._say, self._clock = say, clock
        self._began = self._stage_began = clock()
        self._what, self._unit = "", ""
        self._done = self._total = 0
        self._said = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, what: str) -> None:
        """Begin a part of the work."""
        self._what, self._done, self._total = what, 0, 0
        self._stage_began = self._clock()

    def expect(self, total: int, unit: str) -> None:
        """Say of how many steps this part is at most, and what they are called."""
        self._total, self._unit = total, unit

    def advance(self, steps: int = 1) -> None:
        """Count steps that are done."""
        self._done += steps

    def reach(self, done: int) -> None:
        """Set how many steps are done, also where some could be left out."""
        self._done = done

    def look(self) -> None:
        """Say what goes on, if it has been going on for longer than a moment."""
        now = self._clock()
        if self._what and now - self._began >= PATIENCE_SECONDS:
            self._said = True
            self._say(self._words(now - self._stage_began))

    def _words(self, seconds: float) -> str:
        done, total = self._done, self._total
        if not total:
            return f"{self._what}: {seconds_in_words(seconds)} so far"
        counted = f"{self._what}: {done:,} of {total:,} {self._unit}"
        if not 0 < done < total:
            return counted
        return f"{counted}, about {seconds_in_words(seconds / done * (total - done))} left"

    def __enter__(self) -> LongWork:
        """Let a thread look at it."""
        self._over.clear()
        self._thread = threading.Thread(target=self._watch, name="long work", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say that it is over, if anything was said."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        if self._said:
            self._said = False
            self._say("")

    def _watch(self) -> None:
        wait = PATIENCE_SECONDS
        while not self._over.wait(wait):
            self.look()
            wait = REFRESH_SECONDS


def print_sparingly() -> Callable[[str], None]:
    """Return what prints the first words on the standard error stream, and then ever fewer.

    Of the words that come each second these are the 1st, 4th, 10th, 22nd, 46th and so on.
    """
    calls, due = 0, 1

    def say(words: str) -> None:
        nonlocal calls, due
        calls += 1
        if words and calls >= due:
            due = 2 * calls + 2
            print(words, file=sys.stderr, flush=True)

    return say


def in_words(work: LongWork | None = None) -> AbstractContextManager[LongWork]:
    """Provide ``work``, or if there is none, work that is told on the standard error stream."""
    return LongWork(print_sparingly()) if work is None else nullcontext(work)


def seconds_in_words(seconds: float) -> str:
    """Write a time in the unit that suits it.

    >>> seconds_in_words(0.4), seconds_in_words(45), seconds_in_words(200)
    ('1 s', '45 s', '3 min')
    """
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
