"""The program as it can be called here, for commands that are shown to be copied."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["CALLED", "program"]

CALLED = "RLHF_GYM_CALLED"
"""Environment variable with the words of `program`, for the processes that a command starts."""

NAME, MODULE = "rlhf-gym", "rlhf_gym.cli.main"


def program() -> str:
    """Return the words that call this program from the shell.

    They are ``rlhf-gym`` where the shell finds this very program by its name; else its path,
    relative to the working directory where that is shorter; else, without a script of the package,
    ``python -m rlhf_gym.cli.main``.
    """
    if CALLED not in os.environ:
        os.environ[CALLED] = _called()  # later changes of the directory do not matter to the shell
    return os.environ[CALLED]


def _called() -> str:
    ours = _script()
    if ours is None:
        return f"{_python()} -m {MODULE}"
    found = shutil.which(NAME)
    return NAME if found and os.path.samefile(found, ours) else _shortest(ours)


def _script() -> str | None:
    """Return the path of the script that was called, or that was installed with this Python."""
    if Path(sys.argv[0]).stem == NAME and (called := shutil.which(os.path.abspath(sys.argv[0]))):
        return called
    return shutil.which(NAME, path=os.path.dirname(sys.executable))


def _python() -> str:
    """Return the words that call this Python; an environment's is a link, so folders count."""
    folder = os.path.dirname(sys.executable)
    for name in ("python", "python3"):
        if (found := shutil.which(name)) and os.path.samefile(Path(found).parent, folder):
            return name
    return _shortest(sys.executable)


def _shortest(path: str) -> str:
    """Return a path for the shell, from the working directory where that is shorter."""
    relative = os.path.relpath(path)
    if os.sep not in relative:
        relative = os.path.join(".", relative)
    return shlex.quote(min(relative, os.path.abspath(path), key=len))
