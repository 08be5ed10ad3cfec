"""Close environments, of which some fail at it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rlhf_gym.basics.faults import FAULTS, in_one_line

__all__ = ["close", "closing"]


class _Closes(Protocol):
    def close(self) -> None:
        """Free what is held."""


Kind = TypeVar("Kind", bound=_Closes)


def close(env: _Closes) -> None:
    """Close an environment; if it fails, what was done in it is not lost, and a warning says so.

    Many environments close a window that they open when they are drawn for the first time.
    """
    try:
        env.close()
    except FAULTS as error:  # an environment's own, and of any kind
        warnings.warn(f"{env} could not be closed ({in_one_line(error)})", stacklevel=2)


@contextmanager
def closing(env: Kind) -> Iterator[Kind]:
    """Close an environment after use as `close` does."""
    try:
        yield env
    finally:
        close(env)
