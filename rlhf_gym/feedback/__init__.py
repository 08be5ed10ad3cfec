"""What is asked and answered, and where it is kept: queries, judgements, the store, the run folder.

The trainer puts queries into the store, annotators' judgements come into it, and labels go out; it
is the one meeting point of all processes, and the only room with a database.
"""

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
