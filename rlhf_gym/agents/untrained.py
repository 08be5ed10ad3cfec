"""Letting an agent act before it has learned anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

__all__ = ["act_untrained"]

AfterStep = Callable[[dict[str, Any]], bool]
"""Called with the local variables of a step, by stable-baselines3's names; False ends training."""


@singledispatch
def act_untrained(agent: BaseAlgorithm, after_step: AfterStep) -> bool:
    """Let an agent, whose ``learn`` has been set up, act for one step without learning.

    The steps are counted as training steps. An on-policy agent samples its actions. An off-policy
    agent acts at random, as it does until its ``learning_starts``, and keeps the steps in its
    replay buffer.

    Args:
        agent: acts.
        after_step: called after the step, at the moment at which the agent's own rollouts call
            their callbacks.

    Returns:
        what ``after_step`` returned: whether training goes on.
    """
    assert agent.env is not None and agent._last_obs is not None
    if agent.use_sde:  # else all environments would share one exploration matrix
        agent.policy.reset_noise(agent.env.num_envs)  # type: ignore[operator]
    actions = agent.predict(agent._last_obs, deterministic=False)[0]
    step = _step(agent, actions, clipped_actions=actions)
    if not after_step(step):
        return False
    agent._last_obs = step["new_obs"]
    agent._last_episode_starts = step["dones"]
    agent._update_info_buffer(step["infos"], step["dones"])
    return True


@act_untrained.register
def _(agent: OffPolicyAlgorithm, after_step: AfterStep) -> bool:
    assert agent.env is not None and agent.replay_buffer is not None
    number = agent.num_timesteps + 1
    actions, stored = agent._sample_action(number, None, agent.env.num_envs)
    step = _step(agent, actions, buffer_actions=stored, replay_buffer=agent.replay_buffer)
    if not after_step(step):
        return False
    agent._update_info_buffer(step["infos"], step["dones"])
    outcome = (step[name] for name in ("new_obs", "rewards", "dones", "infos"))
    agent._store_transition(agent.replay_buffer, stored, *outcome)
    return True


def _step(agent: BaseAlgorithm, actions: Any, **others: Any) -> dict[str, Any]:
    """Step the agent's environment, and return the local variables of the step."""
    assert agent.env is not None
    new_obs, rewards, dones, infos = agent.env.step(actions)
    agent.num_timesteps += agent.env.num_envs
    own = {"self": agent, "env": agent.env, "actions": actions, "new_obs": new_obs}
    return {**own, "rewards": rewards, "dones": dones, "infos": infos, **others}
