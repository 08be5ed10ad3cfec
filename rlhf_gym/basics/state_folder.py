"""The folder in which the account keeps what outlives a run: its key, and settings of people."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["state_folder"]


def state_folder() -> Path:
    """Return the folder, which may not exist yet.

    It is ``rlhf-gym`` in ``XDG_STATE_HOME``, on Windows in ``LOCALAPPDATA``, and by default in
    ``~/.local/state``.

    Raises:
        RuntimeError: the account has no home.
    """
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".local" / "state") / "rlhf-gym"
