"""The reward model: an ensemble that learns what a teacher prefers."""

from rlhf_gym.reward_model.diagnostics import Diagnostics, correlation
from rlhf_gym.reward_model.model import RewardModel
from rlhf_gym.reward_model.settings import RewardModelSettings

__all__ = ["Diagnostics", "RewardModel", "RewardModelSettings", "correlation"]
