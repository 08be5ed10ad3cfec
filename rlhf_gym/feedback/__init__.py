"""The store: clips, queries and judgements, durable; the one meeting point of all processes."""

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
