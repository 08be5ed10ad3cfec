"""What is asked and answered, and where it is kept: queries, judgements, the store, the run folder.

The trainer puts queries into the store, annotators' judgements come into it, and labels go out; it
is the one meeting point of all processes, and the only room with a database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rlhf_gym.feedback.errors import (
        DiskFull,
        OtherEnvironment,
        OtherSchema,
        StoreCorrupt,
        StoreError,
        StoreExists,
        StoreLocked,
        StoreMissing,
        StoreReadOnly,
    )
    from rlhf_gym.feedback.records import Counts, EnvironmentRecord, Media, Progress, TrainerState
    from rlhf_gym.feedback.store import LEASE_SECONDS, FeedbackStore

__all__ = [
    "LEASE_SECONDS",
    "Counts",
    "DiskFull",
    "EnvironmentRecord",
    "FeedbackStore",
    "Media",
    "OtherEnvironment",
    "OtherSchema",
    "Progress",
    "StoreCorrupt",
    "StoreError",
    "StoreExists",
    "StoreLocked",
    "StoreMissing",
    "StoreReadOnly",
    "TrainerState",
]

_LATE = {
    **dict.fromkeys(("LEASE_SECONDS", "FeedbackStore"), "store"),
    **dict.fromkeys(
        ("Counts", "EnvironmentRecord", "Media", "Progress", "TrainerState"), "records"
    ),
}


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, and the database with those that need it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE.get(name, 'errors')}"), name)
