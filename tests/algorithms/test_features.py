"""Policies that see observations scaled by their bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import PPO

from rlhf_gym.algorithms.features import ScaledObservations


def test_bounded_observations_are_scaled_and_others_left_alone() -> None:
    low, high = np.array([[-1.2, -np.inf], [0, -5]]), np.array([[0.6, np.inf], [10, np.inf]])
    space = spaces.Box(low.astype(np.float32), high.astype(np.float32))
    seen = torch.tensor([[[0.6, 7.0], [5.0, 3.0]]])
    features = ScaledObservations(space)(seen)
    torch.testing.assert_close(features, torch.tensor([[1.0, 7.0, 0.0, 3.0]]))


def test_an_agent_is_saved_and_loaded_with_it(tmp_path: Path) -> None:
    scaled = {"features_extractor_class": ScaledObservations}
    agent = PPO("MlpPolicy", "MountainCar-v0", policy_kwargs=scaled, seed=0, device="cpu")
    agent.save(tmp_path / "agent")
    again = PPO.load(tmp_path / "agent", device="cpu")
    assert isinstance(again.policy.features_extractor, ScaledObservations)
    seen = torch.tensor([[-0.5, 0.05], [-0.5, -0.05]])
    with torch.no_grad():
        torch.testing.assert_close(
            again.policy.predict_values(seen), agent.policy.predict_values(seen)
        )
