"""`HumanFeedback` trains on a reward model of the user's own, which is no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import A3C, HumanFeedback, Query, make_vec_env
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.reward_model.diagnostics import Diagnostics


class Linear:
    """A reward that is linear in the observations, moved a little by each label."""

    def __init__(self) -> None:
        self.weights = np.zeros(4)
        self.mean = 0.0
        self.version = 0
        self.uses_next_observations = False
        self.labels: dict[int, float] = {}
        self.queries: dict[int, Query] = {}

    def predict(self, transitions: Transitions) -> npt.NDArray[np.float32]:
        rewards = np.asarray(transitions.observations) @ self.weights - self.mean
        return np.asarray(rewards, np.float32)

    def predict_returns(self, transitions: Transitions, mask: Any) -> npt.NDArray[np.float64]:
        rewards = np.asarray(transitions.observations) @ self.weights
        return np.asarray((rewards * mask).sum(axis=1)[None])

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        self.labels.update({id_: label for id_, label in labels.items() if label is not None})
        self.queries.update(queries)

    def fit(self, new_labels: int) -> int:
        for id_, label in self.labels.items():
            first, second = (
                np.asarray(clip.observations).sum(axis=0) for clip in self.queries[id_].clips
            )
            self.weights += (label - 0.5) * (first - second)
        self.version += 1
        return 1

    def normalise(
        self, recent: Transitions, absorbing: Transitions, *, valued_terminals: bool
    ) -> None:
        self.mean = float((np.asarray(recent.observations) @ self.weights).mean())
        self.version += 1

    def diagnostics(self) -> Diagnostics:
        return Diagnostics()

    def state(self) -> dict[str, Any]:
        return {"weights": self.weights, "mean": self.mean, "version": self.version}

    def load_state(self, state: dict[str, Any]) -> None:
        self.weights, self.mean = state["weights"], state["mean"]
        self.version = state["version"]


def plug_in(run: Path | None = None, resume: bool = False) -> HumanFeedback:
    model = Linear()
    return HumanFeedback(
        "synthetic", 6, settings={"clip_length": 10}, reward_model=model, run=run, resume=resume
    )


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(PPO, {"n_steps": 64, "n_epochs": 1}), (DQN, {"learning_starts": 50, "batch_size": 16})],
)
def test_an_agent_learns_from_it_and_its_state_is_in_checkpoints(
    kind: type[BaseAlgorithm], settings: dict[str, Any], tmp_path: Path
) -> None:
    feedback = plug_in(tmp_path / "run")
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0, keep_termination=False))
    agent = kind("MlpPolicy", env, seed=0, device="cpu", **settings)
    agent.learn(600, callback=feedback)
    assert isinstance(feedback.reward_model, Linear)
    assert feedback.labels_given == 6 and feedback.reward_model.version > 2
    feedback.store.close()
    again = plug_in(tmp_path / "run", resume=True)
    agent = again.restore(
        kind,
        again.wrap(make_vec_env("CartPole-v1", 2, seed=0, keep_termination=False)),
        device="cpu",
    )
    assert isinstance(again.reward_model, Linear)
    np.testing.assert_array_equal(again.reward_model.weights, feedback.reward_model.weights)
    assert again.reward_model.labels == feedback.reward_model.labels


def test_the_workers_of_a3c_cannot_share_it() -> None:
    feedback = plug_in()
    env = feedback.wrap(make_vec_env("CartPole-v1", 2, seed=0, keep_termination=False))
    with pytest.raises(ValueError, match="train with another algorithm, such as A2C"):
        A3C("MlpPolicy", env, n_workers=2, seed=0).learn(100, callback=feedback)
