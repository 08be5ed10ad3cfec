"""Names that are spelled alike, for messages about one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["near"]


def near(name: str, known: Iterable[str]) -> str:
    """A question about names that are spelled alike, in brackets; empty where none are.

    >>> near("step", ["steps", "wait"])
    ' (did you mean steps?)'
    """
    nearest = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(nearest)}?)" if nearest else ""
