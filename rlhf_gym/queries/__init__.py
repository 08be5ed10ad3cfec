"""Which clips to ask about next, and when: query strategies and schedules, which are functions.

Takes pairs of clips from the buffer with what the reward model predicts for them, and returns
queries, as many as the schedule calls for at that point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from rlhf_gym.queries.candidates import Candidates
    from rlhf_gym.queries.contract import check_strategy
    from rlhf_gym.queries.schedule import SCHEDULES, Schedule, check_schedule
    from rlhf_gym.queries.strategies import STRATEGIES, QueryStrategy, Scores

__all__ = [
    "SCHEDULES",
    "STRATEGIES",
    "Candidates",
    "QueryStrategy",
    "Schedule",
    "Scores",
    "check_schedule",
    "check_strategy",
]

__getattr__, *_ = attach(
    __name__,
    submod_attrs={
        "candidates": ["Candidates"],
        "contract": ["check_strategy"],
        "schedule": ["SCHEDULES", "Schedule", "check_schedule"],
        "strategies": ["QueryStrategy", "STRATEGIES", "Scores"],
    },
)
