"""Wait for events, however slow the machine is, rather than for seconds."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 600.0
"""Seconds after which an event will not come any more: a bound for tests that hang, no more."""


def wait_for(
    condition: Callable[[], bool], process: subprocess.Popen[Any], seconds: float = PATIENCE
) -> None:
    """Wait until ``condition`` holds, which ``process`` brings about.

    Raises:
        AssertionError: the process has ended without it, or it took too long.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None or condition(), f"it ended with {process.returncode}"
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.05)
