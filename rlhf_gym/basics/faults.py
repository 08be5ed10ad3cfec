"""What went wrong in code that is not ours, in one line."""

from __future__ import annotations

import traceback

from rlhf_gym.basics.installation import missing_extra

__all__ = ["FAULTS", "CannotBeMade", "cannot_be_made", "first_line", "in_one_line", "is_advice"]

FAULTS = (Exception, SystemExit)
"""What code that is not ours may raise: some games call ``exit()`` when they are closed."""

LONGEST = 300
"""Characters of a message that are told."""


def first_line(error: BaseException) -> str:
    r"""Return the first line of an error's message, or its kind if it says nothing.

    >>> first_line(OSError("no engine\n\nBuild it first:\n  make")), first_line(OSError())
    ('no engine', 'OSError')
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = lines[0] if lines else type(error).__name__
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def in_one_line(error: BaseException) -> str:
    r"""Return the kind of an error and its first line; a ValueError of ours has no kind.

    >>> in_one_line(OSError("no engine\n\nBuild it first:\n  make")), in_one_line(OSError())
    ('OSError: no engine', 'OSError')
    """
    kind, line = type(error).__name__, first_line(error)
    ours = isinstance(error, ValueError) and _raised_here(error)
    return line if ours or line == kind else f"{kind}: {line}"


def is_advice(error: BaseException) -> bool:
    """Return whether this project or Gymnasium wrote the message for the user."""
    if type(error).__module__.startswith(("rlhf_gym.", "gymnasium.error")):
        return True
    if not isinstance(error, (ValueError, TypeError, ImportError, RuntimeError)):
        return False
    return _raised_here(error)


def _raised_here(error: BaseException) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__")).startswith("rlhf_gym.")


class CannotBeMade(ValueError):
    """Raised where an environment cannot be made for a reason of its own."""


def cannot_be_made(name: str, error: BaseException) -> CannotBeMade:
    r"""Return what is raised where an environment cannot be made for a reason of its own.

    If an extra of this package is missing, the message says how it is installed here, whatever the
    library says.

    >>> cannot_be_made("Mine-v0", OSError("no engine\nBuild it first"))
    CannotBeMade('Mine-v0 cannot be made: OSError: no engine')
    """
    if missing := missing_extra(error):
        return CannotBeMade(f"{name} needs {missing}")
    if type(error) is ModuleNotFoundError and str(error).startswith("No module named"):
        return CannotBeMade(
            f"{name} needs the module {error.name}, which is missing: install its package"
        )
    return CannotBeMade(f"{name} cannot be made: {in_one_line(error)}")
