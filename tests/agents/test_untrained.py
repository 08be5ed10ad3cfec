"""Agents act before they have learned anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym import make_vec_env
from rlhf_gym.agents.untrained import act_untrained


def ready(kind: type[BaseAlgorithm], env_id: str, **settings: Any) -> BaseAlgorithm:
    """An agent whose ``learn`` has been set up."""
    env = make_vec_env(env_id, 2, seed=0)
    agent = kind("MlpPolicy", env, seed=0, device="cpu", **settings)
    agent._setup_learn(1000)
    return agent


@pytest.mark.parametrize(
    ("kind", "env_id", "settings"),
    [
        (PPO, "CartPole-v1", {}),
        (PPO, "Pendulum-v1", {"use_sde": True}),
        (DQN, "CartPole-v1", {"buffer_size": 100}),
        (SAC, "Pendulum-v1", {"buffer_size": 100}),
    ],
)
def test_steps_are_counted_and_nothing_is_learned(
    kind: type[BaseAlgorithm], env_id: str, settings: dict[str, Any]
) -> None:
    agent = ready(kind, env_id, **settings)
    before = {name: value.clone() for name, value in agent.policy.state_dict().items()}
    seen = []
    steps = list[dict[str, Any]]()
    for _ in range(30):
        assert act_untrained(agent, lambda step: not steps.append(step))  # type: ignore[func-returns-value]
        assert steps[-1]["dones"].shape == (2,) and len(steps[-1]["infos"]) == 2
        seen.append(np.asarray(agent._last_obs))
    assert agent.num_timesteps == 60
    assert len(np.unique(seen, axis=0)) > 10  # CartPole stands still once it has fallen
    assert all(torch.equal(value, before[n]) for n, value in agent.policy.state_dict().items())


def test_an_off_policy_agent_keeps_the_steps_in_its_replay_buffer() -> None:
    agent = ready(DQN, "CartPole-v1", buffer_size=100)
    shown = np.array(agent._last_obs)
    act_untrained(agent, lambda step: True)
    assert isinstance(agent, DQN) and agent.replay_buffer is not None
    assert agent.replay_buffer.pos == 1
    np.testing.assert_array_equal(agent.replay_buffer.observations[0], shown)
    np.testing.assert_array_equal(agent.replay_buffer.next_observations[0], agent._last_obs)
