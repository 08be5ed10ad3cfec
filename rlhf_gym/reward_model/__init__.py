"""Reward models: take labels of queries, and return rewards of transitions.

`RewardModel` is the protocol that training needs; `RewardEnsemble`, an ensemble of small networks,
implements it. Its likelihoods, fit, scale and diagnostics each have their own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

from rlhf_gym.reward_model.settings import RewardModelSettings

if TYPE_CHECKING:
    from rlhf_gym.reward_model.diagnostics import Diagnostics, correlation
    from rlhf_gym.reward_model.ensemble import RewardEnsemble
    from rlhf_gym.reward_model.protocol import RewardModel

__all__ = ["Diagnostics", "RewardEnsemble", "RewardModel", "RewardModelSettings", "correlation"]

__getattr__, *_ = attach(
    __name__,
    submod_attrs={
        "diagnostics": ["Diagnostics", "correlation"],
        "ensemble": ["RewardEnsemble"],
        "protocol": ["RewardModel"],
    },
)
