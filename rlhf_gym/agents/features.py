"""Features extractors that bring what a policy sees to one scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.torch_layers import (
    BaseFeaturesExtractor,
    CombinedExtractor,
    FlattenExtractor,
    NatureCNN,
)
from torch import Tensor

__all__ = ["NormalisedObservations", "ScaledObservations", "suited_features"]

_FAR = 10.0  # standard deviations at which observations are clipped, as in VecNormalize


class ScaledObservations(BaseFeaturesExtractor):
    """Observations scaled to -1 to 1 by the bounds of their space, if these are finite.

    A policy hardly sees MountainCar's velocity, which is at most 0.07, next to its position. Unlike
    VecNormalize this extractor has no statistics of its own: an agent that was trained with it is
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


class NormalisedObservations(BaseFeaturesExtractor):
    """Observations with mean 0 and standard deviation 1 over all that the agent has trained on.

    This does inside the policy what VecNormalize does around environments. It is for spaces without
    bounds, such as those of robots. The statistics are buffers of the network, so an agent that was
    trained with it is evaluated, saved and loaded like any other, and its clips show what it saw.
    They change while the policy is fitted, never while it acts.

    Args:
        observation_space: of one environment.

    >>> from stable_baselines3 import PPO
    >>> normalised = {"features_extractor_class": NormalisedObservations}
    >>> agent = PPO("MlpPolicy", "Pendulum-v1", policy_kwargs=normalised, device="cpu")
    >>> features = agent.policy.features_extractor.train()
    >>> features(torch.tensor([[2.0, 0.0, 1.0], [4.0, 0.0, 3.0]]))
    tensor([[-1.,  0., -1.],
            [ 1.,  0.,  1.]])
    """

    running_mean: Tensor  # SB3 copies buffers of these names to target networks
    running_var: Tensor
    running_count: Tensor

    def __init__(self, observation_space: spaces.Box) -> None:
        features = math.prod(observation_space.shape)
        super().__init__(observation_space, features)
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("running_count", torch.zeros(()))

    def forward(self, observations: Tensor) -> Tensor:
        """``(n, *obs) -> (n, features)``."""
        seen = observations.flatten(1)
        if self.training:
            self._count(seen.detach())
        scale = (self.running_var + 1e-8).sqrt()
        return ((seen - self.running_mean) / scale).clamp(-_FAR, _FAR)

    def _count(self, seen: Tensor) -> None:
        """Add a batch to the statistics (Chan et al. 1979)."""
        count = self.running_count + len(seen)
        mean, variance = seen.mean(0), seen.var(0, correction=0)
        away = mean - self.running_mean
        share = len(seen) / count
        spread = share * (1 - share) * away**2
        self.running_var.copy_((1 - share) * self.running_var + share * variance + spread)
        self.running_mean.add_(share * away)
        self.running_count.copy_(count)


def suited_features(observation_space: spaces.Space[Any]) -> BaseFeaturesExtractor:
    """Return the features extractor for observations of which nothing else is known.

    Numbers of unknown size are normalised; all others are seen as stable-baselines3's policies do.

    >>> type(suited_features(spaces.Box(-9.0, 9.0, (3,)))).__name__
    'NormalisedObservations'
    >>> suited_features(spaces.Discrete(5)).features_dim
    5
    """
    if isinstance(observation_space, spaces.Dict):
        return CombinedExtractor(observation_space)
    if is_image_space(observation_space):
        return NatureCNN(observation_space)
    if isinstance(observation_space, spaces.Box):
        return NormalisedObservations(observation_space)
    return FlattenExtractor(observation_space)
