"""Your own reward model: linear, in numpy, fitted to comparisons by logistic regression.

It has the methods of `rlhf_gym.RewardModel`, which explains what each of them is for.

Run it: python examples/own_reward_model.py
"""

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, Query, RewardModel, Transitions, make_vec_env
from rlhf_gym.reward_model.contract import check_reward_model


def features(steps: Transitions) -> Any:
    """Return the numbers that are seen, and their squares."""
    seen = np.asarray(steps.observations, np.float64)
    return np.concatenate([seen, seen**2], axis=-1)


class LinearReward(RewardModel):
    """A weighted sum of `features`."""

    uses_next_observations, version = False, 0
    offset, scale, absorbing = 0.0, 1.0, np.nan

    def __init__(self, observed: Any, acted: Any) -> None:
        self.weights = np.zeros(2 * observed.shape[0])
        self.labels: dict[int, float | None] = {}
        self.gains: dict[int, Any] = {}

    def predict(self, transitions: Transitions) -> Any:
        """Return normalised rewards; absorbing steps share one where it is set."""
        rewards = (features(transitions) @ self.weights - self.offset) / self.scale
        over = transitions.absorbing & ~np.isnan(self.absorbing)
        return np.where(over, self.absorbing, rewards).astype(np.float32)

    def predict_returns(self, transitions: Transitions, mask: Any) -> Any:
        """Return the returns of clips, of one member."""
        return (features(transitions) @ self.weights * mask).sum(axis=1)[None]

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        """Keep what the first clip of each pair has more of than the second."""
        self.labels.update(labels)
        for id_, query in queries.items():
            first, second = (features(clip.transitions).sum(axis=0) for clip in query.clips)
            self.gains[id_] = first - second

    def fit(self, new_labels: int) -> int:
        """Find the weights under which the labels are likely, by Newton's method."""
        known = {id_: label for id_, label in self.labels.items() if label is not None}
        if not known:
            return 0
        gains, answers = np.array([self.gains[id_] for id_ in known]), np.array([*known.values()])
        for _ in range(10):
            likely = 1 / (1 + np.exp(-np.clip(gains @ self.weights, -30, 30)))
            curvature = (gains.T * likely * (1 - likely)) @ gains + np.eye(len(self.weights))
            slope = gains.T @ (answers - likely) - self.weights
            self.weights = self.weights + np.linalg.solve(curvature, slope)
        self.version += 1
        return 10

    def normalise(
        self, recent: Transitions, absorbing: Transitions, *, valued_terminals: bool
    ) -> None:
        """Set offset and scale, and the reward of absorbing steps."""
        raw, over = features(recent) @ self.weights, features(absorbing) @ self.weights
        mean, self.scale, self.absorbing = raw.mean(), max(raw.std(), 1e-3), np.nan
        self.offset = over.mean() if len(over) and valued_terminals else mean
        if len(over) and not valued_terminals:
            self.absorbing = (over.mean() - mean) / self.scale
        self.version += 1

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        scale = [float(self.offset), float(self.scale), float(self.absorbing)]
        return {"weights": torch.tensor(self.weights), "scale": scale, "version": self.version}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.weights, self.version = state["weights"].numpy().copy(), state["version"]
        self.offset, self.scale, self.absorbing = state["scale"]


if __name__ == "__main__":
    check_reward_model(LinearReward)  # as your tests would
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    venv = make_vec_env("Pendulum-v1", n_envs=8, seed=0)
    model = LinearReward(venv.observation_space, venv.action_space)
    feedback = HumanFeedback("synthetic", labels=60, reward_model=model)
    env = feedback.wrap(venv)
    agent = PPO("MlpPolicy", env, n_steps=64, gamma=0.95, learning_rate=1e-3, seed=0, device="cpu")
    agent.learn(parser.parse_args().steps, callback=feedback)
    names = ("cos", "sin", "speed", "cos^2", "sin^2", "speed^2")
    found = ", ".join(f"{w:+.3f} {name}" for w, name in zip(model.weights, names, strict=True))
    print(f"from {feedback.labels_given} comparisons: reward = {found}")
