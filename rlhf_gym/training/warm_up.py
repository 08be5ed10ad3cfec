"""Warming up: the untrained agent acts before its training begins."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips.observations import Array

__all__ = ["act_untrained", "warm_up_steps"]


def warm_up_steps(asked: int | None, total: int, one_clip: int) -> int:
    """How many steps of the untrained agent come before training.

    Args:
        asked: what the user wants; None is a tenth of training, at most 2048 but at least two clips
            of each environment, and in short trainings half of it.
        total: training steps in all.
        one_clip: steps in which every environment makes a clip.

    Raises:
        ValueError: if no step is left for training.

    >>> warm_up_steps(None, 100_000, 300), warm_up_steps(None, 1000, 300), warm_up_steps(7, 99, 5)
    (2048, 500, 7)
    """
    if asked is None:
        wanted = max(min(2048, total // 10), 2 * one_clip)
        return max(1, min(wanted, max(total // 2, one_clip), total - 1))
    if asked >= total:
        raise ValueError(
            f"warm_up_steps={asked} leaves none of the {total} training steps: give fewer, or "
            "train for longer"
        )
    return asked


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
