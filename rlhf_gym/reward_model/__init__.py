"""Reward models: labels of queries come in, rewards of transitions go out.

`RewardModel` is what training needs of one, and `RewardEnsemble` an ensemble of small networks that
is one; its likelihoods, fit, scale and diagnostics each have a file here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rlhf_gym.reward_model.settings import RewardModelSettings

if TYPE_CHECKING:
    from rlhf_gym.reward_model.diagnostics import Diagnostics, correlation
    from rlhf_gym.reward_model.ensemble import RewardEnsemble
    from rlhf_gym.reward_model.protocol import RewardModel

__all__ = ["Diagnostics", "RewardEnsemble", "RewardModel", "RewardModelSettings", "correlation"]

_LATE = {
    "Diagnostics": "diagnostics",
    "RewardEnsemble": "ensemble",
    "RewardModel": "protocol",
    "correlation": "diagnostics",
}


def __getattr__(name: str) -> Any:
    """Load a name that needs torch when it is first used."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
