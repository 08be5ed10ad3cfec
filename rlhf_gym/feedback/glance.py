"""What a store tells at a glance, also where there is none or it is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rlhf_gym.feedback.errors import StoreError
from rlhf_gym.feedback.store_reader import StoreReader
from rlhf_gym.feedback.store_records import Progress

__all__ = ["count_labels", "last_progress"]

T = TypeVar("T")


def count_labels(path: Path) -> int | None:
    """Return the number of labels in a store file; None if it is missing or broken."""
    return _read(path, lambda store: store.counts().labels)


def last_progress(path: Path) -> Progress | None:
    """Return what the trainer of a store file told last; None if it told nothing, or is broken."""
    return _read(path, StoreReader.progress)


def _read(path: Path, what: Callable[[StoreReader], T]) -> T | None:
    if not path.is_file():
        return None
    try:
        with StoreReader.open(path) as store:
            return what(store)
    except StoreError:
        return None
