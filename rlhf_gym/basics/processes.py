"""Other processes of Python: the commands that start them, and their end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

__all__ = ["KeptProcess", "code_command", "lives", "module_command", "when_parent_dies"]

WATCH_SECONDS = 0.5
"""Seconds between two looks whether a parent lives, and before a dead process is restarted."""
DEATHS = 4
"""Deaths after which a process is given up."""
END_SECONDS = 5.0
"""Seconds that a process has to end by itself before it is killed."""


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


def lives(process: int) -> bool:
    """Return whether there is a process of that id; True where the system does not say."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def when_parent_dies(parent: int, act: Callable[[], None], after: float = 0.0) -> None:
    """Call a function in a thread of its own when the parent of this process has died.

    Args:
        parent: id of the process that has started this one; it may have died by now.
        act: is called.
        after: seconds to wait before.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        time.sleep(after)
        act()

    threading.Thread(target=watch, name="parent", daemon=True).start()


class KeptProcess:
    """A process that runs a module, and is started again when it dies.

    One that ends by itself, with exit code 0, is over. One that dies too often is given up.

    Args:
        what: its name in messages.
        module: the module.
        arguments: of the module.

    Attributes:
        given_up: whether it has died too often.
    """

    def __init__(self, what: str, module: str, *arguments: str) -> None:
        self._what, self._command = what, module_command(module, *arguments)
        self._ending = threading.Event()
        self.given_up = False
        self._process = subprocess.Popen(self._command)
        self._keeper = threading.Thread(target=self._keep, name=what, daemon=True)
        self._keeper.start()

    @property
    def alive(self) -> bool:
        """Whether it runs, or is about to be started again."""
        return self._keeper.is_alive()

    @property
    def pid(self) -> int:
        """The id of the process of now."""
        return self._process.pid

    def _keep(self) -> None:
        for left in reversed(range(DEATHS)):
            code = self._process.wait()
            if code == 0 or self._ending.is_set():
                return
            then = "is started again" if left else "has died too often to be started again"
            print(f"{self._what} died (exit code {code}) and {then}", file=sys.stderr, flush=True)
            if not left or self._ending.wait(WATCH_SECONDS):
                break
            self._process = subprocess.Popen(self._command)
        self.given_up = not self._ending.is_set()

    def end(self) -> None:
        """End the process; it is killed if it takes longer than some seconds."""
        self._ending.set()
        for insist in (subprocess.Popen.terminate, subprocess.Popen.kill):
            if self._keeper.is_alive():
                insist(self._process)
                self._keeper.join(END_SECONDS)
