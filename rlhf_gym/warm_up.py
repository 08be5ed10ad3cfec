"""Warming up: the untrained agent acts before its training begins."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips import Array

__all__ = ["act_untrained"]


def act_untrained(agent: BaseAlgorithm) -> tuple[Array, list[dict[str, Any]]]:
    """Let an agent, whose ``learn`` has been set up, act for one step without learning.

    The steps are counted as training steps. An off-policy agent acts at random, as it does until
    its ``learning_starts``, and keeps the steps in its replay buffer.

    Returns:
        dones ``(n_envs,)`` and infos of the step.
    """
    env, seen = agent.env, agent._last_obs
    assert env is not None and seen is not None
    if isinstance(agent, OffPolicyAlgorithm):
        actions, stored = agent._sample_action(agent.num_timesteps + 1, None, env.num_envs)
    else:
        if agent.use_sde:  # else all environments would share one exploration matrix
            agent.policy.reset_noise(env.num_envs)  # type: ignore[operator]
        actions = agent.predict(seen, deterministic=False)[0]
    step: Any = env.step(actions)
    observations, rewards, dones, infos = step
    if isinstance(agent, OffPolicyAlgorithm):
        assert agent.replay_buffer is not None
        agent._store_transition(agent.replay_buffer, stored, observations, rewards, dones, infos)
    agent._last_obs = observations
    agent._last_episode_starts = dones
    agent._update_info_buffer(infos, dones)
    agent.num_timesteps += env.num_envs
    return dones, infos
