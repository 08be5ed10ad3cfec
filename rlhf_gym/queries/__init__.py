"""Which clips to ask about next, and when: query strategies and schedules, both functions.

Pairs of clips from the buffer come in with what the reward model predicts of them; queries go out,
as many as the schedule wants by then.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_MODULES = {
    "Candidates": "candidates",
    "check_strategy": "contract",
    **dict.fromkeys(("SCHEDULES", "Schedule", "check_schedule"), "schedule"),
    **dict.fromkeys(("STRATEGIES", "QueryStrategy", "Scores"), "strategies"),
}


def __getattr__(name: str) -> Any:
    """Load a name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
