"""The account under which this process runs."""

from __future__ import annotations

import getpass

__all__ = ["user_name"]


def user_name() -> str:
    """The name of the account, or ``annotator`` where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"
