"""X servers that nobody else uses."""

from __future__ import annotations

import os
import subprocess

__all__ = ["start_xvfb"]


def start_xvfb() -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server of 1280 x 800 pixels; return its process, and what DISPLAY must be.

    Without ``-noreset`` it would start afresh whenever its last client leaves, as each xdotool
    does, and refuse whoever connects at that moment (2 of 25 windows in a loop of xdotool).
    """
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        return server, f":{pipe.readline().strip()}"
