"""The reward model: an ensemble that learns what a teacher prefers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rlhf_gym.reward_model.settings import RewardModelSettings

if TYPE_CHECKING:
    from rlhf_gym.reward_model.diagnostics import Diagnostics, correlation
    from rlhf_gym.reward_model.model import RewardModel

__all__ = ["Diagnostics", "RewardModel", "RewardModelSettings", "correlation"]

_LATE = {"Diagnostics": "diagnostics", "RewardModel": "model", "correlation": "diagnostics"}


def __getattr__(name: str) -> Any:
    """Load a name that needs torch when it is first used."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
