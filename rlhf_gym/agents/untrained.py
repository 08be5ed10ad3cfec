"""Letting an agent act before it has learned anything."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from functools import singledispatch
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.acting import acting_in
from rlhf_gym.envs.action_masks import ACTION_MASKS

__all__ = ["act_untrained"]

AfterStep = Callable[[dict[str, Any]], bool]
"""Called with the local variables of a step, by stable-baselines3's names; False ends training."""


@singledispatch
def act_untrained(agent: BaseAlgorithm, after_step: AfterStep) -> bool:
    """Let an agent, whose ``learn`` has been set up, act for one step without learning.

    The steps are counted as training steps. An on-policy agent acts by its own
    ``collect_rollouts``, with all that its algorithm adds: action masks, recurrent state,
    exploration by state. An off-policy agent acts at random, as it does until its
    ``learning_starts``, and keeps the steps in its replay buffer.

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
    acting = acting_in(agent, agent.env)
    actions = acting.predict(agent._last_obs, deterministic=False)[0]
    step = _step(agent, actions, clipped_actions=actions)
    if not after_step(step):
        return False
    agent._last_obs = step["new_obs"]
    agent._last_episode_starts = step["dones"]
    agent._update_info_buffer(step["infos"], step["dones"])
    return True


act_untrained.register(A3C, act_untrained.dispatch(BaseAlgorithm))  # its workers do not act yet


@act_untrained.register
def _(agent: OnPolicyAlgorithm, after_step: AfterStep) -> bool:
    assert agent.env is not None
    collect = agent.collect_rollouts
    more: dict[str, Any] = {}
    if "use_masking" in inspect.signature(collect).parameters:
        more = {"use_masking": agent.env.has_attr(ACTION_MASKS)}
    buffer = copy.copy(agent.rollout_buffer)
    buffer.buffer_size = 1
    told = _Told(after_step)
    told.init_callback(agent)
    return collect(agent.env, told, buffer, n_rollout_steps=1, **more)


class _Told(BaseCallback):
    """Tells a function of each step of a rollout."""

    def __init__(self, after_step: AfterStep) -> None:
        super().__init__()
        self._after_step = after_step

    def _on_step(self) -> bool:
        return self._after_step(self.locals)


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
