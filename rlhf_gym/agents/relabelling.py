"""Relabelling: whenever a replay buffer is sampled, its rewards are the newest model's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.agents.replay_rewards import (
    Newest,
    Paid,
    RelabelledRewards,
    reward_state,
    stored_rewards,
)
from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import RewardFunction, Transitions

__all__ = ["RelabelledRewards", "relabel", "restore_observations", "reward_state"]


def relabel(
    agent: OffPolicyAlgorithm,
    predict: RewardFunction,
    version: Callable[[], int],
    observation_space: spaces.Space[Any],
    newest: Newest = lambda: None,
    state: Mapping[str, Array] | None = None,
    *,
    paid: Paid = lambda: None,
    uses_next_observations: bool = False,
) -> None:
    """Let the agent's replay buffer recompute rewards when it is sampled.

    Old transitions carry rewards of older reward models. Learning from a mixture of old and new
    rewards breaks off-policy learning from preferences (Ibarz et al., "Reward learning from human
    preferences and demonstrations in Atari", 2018, and PEBBLE, Lee et al., 2021, relabel too). The
    buffer stays the agent's own; only its ``rewards`` are replaced (`RelabelledRewards`), so this
    holds for plain, Dict and n-step buffers, with or without ``optimize_memory_usage``. Doing it
    again is harmless.

    Args:
        agent: a DQN, SAC, TD3 or other off-policy agent of stable-baselines3.
        predict: the newest reward model's prediction.
        version: a number that changes with every fit of the reward model, 0 or more.
        observation_space: of the observations that ``predict`` takes; images that
            stable-baselines3 stores channel-first are turned back to it.
        newest: the step of each environment ``(n_envs,)`` that the buffer is about to store: which
            of them are absorbing or terminated is kept. By default none is.
        state: what `reward_state` gave when the buffer was saved; by default all rewards are out
            of date.
        paid: the learned rewards ``(n_envs,)`` of that step. What the buffer is given beyond them
            was added by wrappers or callbacks, and is added to the newest rewards as well.
        uses_next_observations: whether ``predict`` looks at them; they are None otherwise.

    Raises:
        ValueError: the agent uses hindsight experience replay, its buffer does not keep a reward a
            step, or its observations are others than the reward model's.
    """
    buffer = agent.replay_buffer
    if isinstance(buffer, HerReplayBuffer):
        raise ValueError(
            "HerReplayBuffer takes its rewards from the environment's compute_reward, not from a "
            "reward model; make the agent without replay_buffer_class=HerReplayBuffer"
        )
    if buffer is None:
        raise ValueError("the agent has no replay buffer yet; call relabel after its construction")

    if np.shape(stored_rewards(buffer)) != (buffer.buffer_size, buffer.n_envs):
        raise ValueError(
            f"{type(buffer).__name__} does not keep one reward a step, which could be predicted "
            "again: make the agent without replay_buffer_class, or train with an on-policy one"
        )
    restore = restore_observations(agent.observation_space, observation_space)
    action_shape = agent.action_space.shape or ()

    def predict_at(rows: Array, envs: Array) -> Array:
        actions = buffer.actions[rows, envs].reshape(len(rows), *action_shape)
        if isinstance(agent.action_space, spaces.Box):
            actions = agent.policy.unscale_action(actions)
        seen = None
        if uses_next_observations:
            seen = restore(*_next_observations(buffer, rows, envs))
        return predict(
            Transitions(
                restore(buffer.observations, rows, envs),
                actions,
                rewards.terminated[rows, envs],
                rewards.absorbing[rows, envs],
                seen,
            )
        )

    rewards = RelabelledRewards(buffer, predict_at, version, newest, paid)
    if state is not None:
        rewards.load_state(state)
    buffer.rewards = rewards  # type: ignore[assignment]


def _next_observations(buffer: ReplayBuffer, rows: Array, envs: Array) -> tuple[Any, Array, Array]:
    """Return where the observations after these steps are."""
    if buffer.optimize_memory_usage:
        return buffer.observations, (rows + 1) % buffer.buffer_size, envs
    return buffer.next_observations, rows, envs


Restore = Callable[[Any, Array, Array], Observations]


def restore_observations(stored: spaces.Space[Any], wanted: spaces.Space[Any]) -> Restore:
    """Return a function that reads observations from a buffer in the form of a space."""
    if isinstance(stored, spaces.Dict) and isinstance(wanted, spaces.Dict):
        if stored.keys() == wanted.keys():
            restores = {key: _restore_leaf(stored[key], wanted[key]) for key in stored}
            return lambda observations, rows, envs: {
                key: restore(observations[key][rows, envs]) for key, restore in restores.items()
            }
    restore = _restore_leaf(stored, wanted)
    return lambda observations, rows, envs: restore(observations[rows, envs])


def _restore_leaf(stored: spaces.Space[Any], wanted: spaces.Space[Any]) -> Callable[[Array], Array]:
    shape = wanted.shape
    if shape is not None and shape == stored.shape:
        return lambda array: array.reshape(len(array), *shape)
    if shape is not None and len(shape) == 3 and stored.shape == (shape[2], *shape[:2]):
        return lambda array: array.transpose(0, 2, 3, 1)
    raise ValueError(
        f"the agent's replay buffer holds observations of shape {stored.shape}, but the reward "
        f"model takes shape {shape}: wrappers that change observations belong inside "
        "feedback.wrap(...)"
    )
