"""What is asked and answered, and where it is kept: queries, judgements, the store, the run folder.

The trainer puts queries into the store, annotators add judgements, and labels are read from it; all
processes meet only there, and no other package knows the database. A new kind of answer begins here
(`query`, `judgement`); CONTRIBUTING.md lists the other places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

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
    from rlhf_gym.feedback.store import LEASE_SECONDS, FeedbackStore
    from rlhf_gym.feedback.store_reader import StoreReader
    from rlhf_gym.feedback.store_records import (
        Counts,
        EnvironmentRecord,
        Media,
        Progress,
        TrainerState,
    )

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
    "StoreReader",
    "TrainerState",
]

__getattr__, *_ = attach(
    __name__,
    submod_attrs={
        "errors": [
            "DiskFull",
            "OtherEnvironment",
            "OtherSchema",
            "StoreCorrupt",
            "StoreError",
            "StoreExists",
            "StoreLocked",
            "StoreMissing",
            "StoreReadOnly",
        ],
        "store_records": ["Counts", "EnvironmentRecord", "Media", "Progress", "TrainerState"],
        "store": ["FeedbackStore", "LEASE_SECONDS"],
        "store_reader": ["StoreReader"],
    },
)
