"""Other processes of Python: the commands that start them, and their end."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

__all__ = ["code_command", "module_command", "watch_parent"]

WATCH_SECONDS = 0.5
"""Seconds between two looks whether the parent process lives."""


def code_command(code: str, *arguments: str) -> list[str]:
    """Return the command that runs code in another process.

    It imports from where this process does: modules beside the user's script are found, and those
    in the working directory, which may be anybody's, only if this process would take them.
    """
    return [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}", *arguments]


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module as ``python -m`` does; imports as in `code_command`."""
    code = f"import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    return code_command(code, *arguments)


def watch_parent(parent_died: Callable[[], None]) -> None:
    """Call a function in a thread of its own when the parent of this process has died."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        parent_died()

    threading.Thread(target=watch, name="parent", daemon=True).start()
