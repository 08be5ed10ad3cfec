"""Policies that see observations on one scale: by their bounds, or by what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.vec_env import DummyVecEnv

from rlhf_gym.agents.features import (
    NormalisedObservations,
    ScaledObservations,
    suited_features,
)


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


def test_statistics_are_those_of_all_batches_together() -> None:
    space = spaces.Box(-np.inf, np.inf, (3,))
    features = NormalisedObservations(space).train()
    rng = np.random.default_rng(0)
    seen = rng.normal([0, 5, -400], [1, 0.01, 90], (1000, 3)).astype(np.float32)
    for batch in np.split(seen, [10, 300, 301, 700]):
        features(torch.from_numpy(batch))
    now = features.eval()(torch.from_numpy(seen)).numpy()
    expected = (seen - seen.mean(axis=0, dtype=float)) / seen.std(axis=0, dtype=float)
    np.testing.assert_allclose(now, expected, atol=0.02)


def test_statistics_do_not_move_while_an_agent_acts() -> None:
    normalised = {"features_extractor_class": NormalisedObservations}
    agent = PPO("MlpPolicy", "Pendulum-v1", n_steps=64, policy_kwargs=normalised, device="cpu")
    agent.learn(64)
    features = agent.policy.features_extractor
    assert isinstance(features, NormalisedObservations)
    before = features.running_mean.clone(), features.running_count.clone()
    assert before[1] > 0
    agent.predict(np.full((5, 3), 1000.0, np.float32))
    assert torch.equal(features.running_mean, before[0])
    assert torch.equal(features.running_count, before[1])


@pytest.mark.filterwarnings("ignore:You provided an OpenAI Gym")
def test_target_networks_see_by_the_same_statistics() -> None:
    normalised = {"features_extractor_class": NormalisedObservations}
    agent = SAC("MlpPolicy", "Pendulum-v1", policy_kwargs=normalised, seed=0, device="cpu")
    agent.learn(110)
    ours, target = agent.critic.features_extractor, agent.critic_target.features_extractor
    assert isinstance(ours, NormalisedObservations)
    assert isinstance(target, NormalisedObservations)
    assert ours.running_count > 0
    torch.testing.assert_close(target.running_mean, ours.running_mean)
    torch.testing.assert_close(target.running_var, ours.running_var)


def test_what_lies_far_out_is_clipped() -> None:
    features = NormalisedObservations(spaces.Box(-np.inf, np.inf, (1,))).eval()
    assert features(torch.tensor([[1e6], [-1e6], [0.5]])).flatten().tolist() == [10, -10, 0.5]


@pytest.mark.parametrize(
    ("space", "policy", "kind"),
    [
        (spaces.Box(-np.inf, np.inf, (3,)), "MlpPolicy", "NormalisedObservations"),
        (spaces.Box(0, 255, (128,), np.uint8), "MlpPolicy", "NormalisedObservations"),
        (spaces.Discrete(4), "MlpPolicy", "FlattenExtractor"),
        (spaces.MultiBinary(3), "MlpPolicy", "FlattenExtractor"),
        (spaces.Box(0, 255, (40, 40, 3), np.uint8), "CnnPolicy", "NatureCNN"),
        (
            spaces.Dict({"at": spaces.Box(-1, 1, (2,)), "in": spaces.Discrete(3)}),
            "MultiInputPolicy",
            "CombinedExtractor",
        ),
    ],
)
def test_only_numbers_are_normalised_where_nothing_is_known_of_the_environment(
    space: spaces.Space[Any], policy: str, kind: str, tmp_path: Path
) -> None:
    env = DummyVecEnv([lambda: _Shows(space)])
    suited = {"features_extractor_class": suited_features}
    agent = PPO(policy, env, policy_kwargs=suited, n_steps=8, batch_size=8, device="cpu")
    assert type(agent.policy.features_extractor).__name__ == kind
    agent.learn(16)
    agent.save(tmp_path / "agent")
    again = PPO.load(tmp_path / "agent", device="cpu")
    seen: Any = env.reset()
    np.testing.assert_array_equal(
        again.predict(seen, deterministic=True)[0], agent.predict(seen, deterministic=True)[0]
    )


class _Shows(gym.Env[Any, Any]):
    """Shows samples of a space, for episodes of five steps."""

    action_space = spaces.Discrete(2)

    def __init__(self, space: spaces.Space[Any]) -> None:
        self.observation_space, self._taken = space, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._taken = 0
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._taken += 1
        return self.observation_space.sample(), 1.0, self._taken == 5, False, {}
