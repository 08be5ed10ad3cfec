"""Reward models: labels of queries come in, rewards of transitions go out.

`RewardModel` is what training needs of one, and `RewardEnsemble` an ensemble of small networks that
is one; its likelihoods, fit, scale and diagnostics each have a file here.
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
