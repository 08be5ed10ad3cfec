"""ScaledObservations: what a policy sees, on one scale."""

from __future__ import annotations

import math

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor

__all__ = ["ScaledObservations"]


class ScaledObservations(BaseFeaturesExtractor):
    """Observations scaled to -1 to 1 by the bounds of their space, where these are finite.

    A policy can hardly see MountainCar's velocity, which is at most 0.07, beside its position.
    Unlike VecNormalize it has no statistics of its own: an agent that was trained with it is
    evaluated, saved and loaded like any other.

    Args:
        observation_space: of one environment.

    >>> from stable_baselines3 import PPO
    >>> scaled = {"features_extractor_class": ScaledObservations}
    >>> agent = PPO("MlpPolicy", "MountainCar-v0", policy_kwargs=scaled, device="cpu")
    >>> agent.policy.features_extractor(torch.tensor([[-1.2, 0.07], [-0.3, 0.0]])).round(decimals=3)
    tensor([[-1.,  1.],
            [ 0.,  0.]])
    """

    centre: Tensor
    half_range: Tensor

    def __init__(self, observation_space: spaces.Box) -> None:
        super().__init__(observation_space, math.prod(observation_space.shape))
        low, high = observation_space.low.ravel(), observation_space.high.ravel()
        bounded = np.isfinite(low) & np.isfinite(high)
        low, high = np.where(bounded, low, -1), np.where(bounded, high, 1)
        self.register_buffer("centre", torch.from_numpy((low + high) / 2).float())
        self.register_buffer("half_range", torch.from_numpy((high - low) / 2).float())

    def forward(self, observations: Tensor) -> Tensor:
        """``(n, *obs) -> (n, features)``."""
        return (observations.flatten(1) - self.centre) / self.half_range
