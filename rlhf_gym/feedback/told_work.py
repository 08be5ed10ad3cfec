"""Work that is told in the terminal, and in the window of a run."""

from __future__ import annotations

import time
from collections.abc import Callable

from rlhf_gym.basics.long_work import LongWork, print_sparingly
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["told_work"]


def told_work(run: RunFolder | None, clock: Callable[[], float] = time.monotonic) -> LongWork:
    """Return work that is told on the standard error stream and, if there is one, to a window."""
    line = print_sparingly()

    def say(words: str) -> None:
        line(words)
        if run is not None:
            run.tell(words)

    return LongWork(say, clock=clock)
