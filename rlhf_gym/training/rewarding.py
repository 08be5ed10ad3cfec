"""The scale of the learned reward, kept on that of recent experience."""

from __future__ import annotations

import numpy as np

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.reward_model import RewardModel

__all__ = ["refresh_scale"]

SAMPLE = 2000
"""Steps drawn for a normalisation."""


def refresh_scale(reward_model: RewardModel, buffer: ClipBuffer, rng: np.random.Generator) -> None:
    """Normalise the learned reward over recent experience, see `RewardModel.normalise`."""
    recent = buffer.transitions(SAMPLE, rng)
    absorbing = buffer.transitions(SAMPLE, rng, absorbing=True)
    reward_model.normalise(recent, absorbing, valued_terminals=buffer.valued_terminals)
