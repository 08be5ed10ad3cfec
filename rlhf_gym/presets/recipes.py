"""Recipes: settings of an algorithm that several presets begin with."""

from __future__ import annotations

from typing import Any

__all__ = ["A2C_SMALL", "DQN_SMALL", "PPO_CASE_STUDY", "PPO_SMALL"]

PPO_SMALL: dict[str, Any] = {
    "n_steps": 64,
    "batch_size": 256,
    "n_epochs": 10,
    "gamma": 0.99,
    "gae_lambda": 0.95,
}
"""PPO with many environments and short rollouts, for small networks of observations."""

PPO_CASE_STUDY: dict[str, Any] = {
    **PPO_SMALL,
    "n_epochs": 6,
    "gae_lambda": 0.9,
    "ent_coef": 0.01,
    "learning_rate": "lin_2e-3",
}
"""PPO where a step is a whole answer or decision, and what follows from it is soon seen."""

A2C_SMALL: dict[str, Any] = {
    "n_steps": 16,
    "gamma": 0.99,
    "gae_lambda": 0.95,
}
"""A2C and A3C with advantages over 16 steps, in place of 5 without smoothing."""

DQN_SMALL: dict[str, Any] = {
    "batch_size": 128,
    "learning_starts": 1000,
    "gradient_steps": 4,
    "exploration_fraction": 0.2,
    "policy_kwargs": {"net_arch": [128, 128]},
}
"""DQN with networks of two layers of 128."""
