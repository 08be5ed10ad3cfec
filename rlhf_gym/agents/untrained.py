"""Letting an agent act before it has learned anything."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips.observations import Array

__all__ = ["act_untrained"]

Taken = tuple[Array, list[dict[str, Any]]]


@singledispatch
def act_untrained(agent: BaseAlgorithm) -> Taken:
    """Let an agent, whose ``learn`` has been set up, act for one step without learning.

    The steps are counted as training steps. An on-policy agent samples its actions. An off-policy
    agent acts at random, as it does until its ``learning_starts``, and keeps the steps in its
    replay buffer.

    Returns:
        dones ``(n_envs,)`` and infos of the step.
    """
    assert agent.env is not None and agent._last_obs is not None
    if agent.use_sde:  # else all environments would share one exploration matrix
        agent.policy.reset_noise(agent.env.num_envs)  # type: ignore[operator]
    actions = agent.predict(agent._last_obs, deterministic=False)[0]
    observations, _, dones, infos = agent.env.step(actions)
    return _count(agent, observations, dones, infos)


@act_untrained.register
def _(agent: OffPolicyAlgorithm) -> Taken:
    assert agent.env is not None and agent.replay_buffer is not None
    number = agent.num_timesteps + 1
    actions, stored = agent._sample_action(number, None, agent.env.num_envs)
    observations, rewards, dones, infos = agent.env.step(actions)
    assert not isinstance(observations, tuple)
    agent._store_transition(agent.replay_buffer, stored, observations, rewards, dones, infos)
    return _count(agent, observations, dones, infos)


def _count(
    agent: BaseAlgorithm, observations: Any, dones: Array, infos: list[dict[str, Any]]
) -> Taken:
    assert agent.env is not None
    agent._last_obs = observations
    agent._last_episode_starts = dones
    agent._update_info_buffer(infos, dones)
    agent.num_timesteps += agent.env.num_envs
    return dones, infos
