"""Relabelling: a replay buffer pays what the newest reward model says, whenever it is sampled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips import Array, Observations, RewardFunction

__all__ = ["RelabelledRewards", "relabel", "reward_versions"]

_UNKNOWN = -1


def relabel(
    agent: OffPolicyAlgorithm,
    reward_function: RewardFunction,
    version: Callable[[], int],
    observation_space: spaces.Space[Any],
    versions: npt.NDArray[np.int32] | None = None,
) -> None:
    """Let the agent's replay buffer recompute rewards when it is sampled.

    Old transitions carry rewards of older reward models; learning from them beside new ones is what
    breaks off-policy learning from preferences (Ibarz et al., "Reward learning from human
    preferences and demonstrations in Atari", 2018, and PEBBLE, Lee et al., 2021, relabel too). The
    buffer stays the agent's own; only its ``rewards`` are replaced (`RelabelledRewards`), so this
    holds for plain, Dict and n-step buffers, with or without ``optimize_memory_usage``. Doing it
    again is harmless.

    Args:
        agent: a DQN, SAC, TD3 or other off-policy agent of stable-baselines3.
        reward_function: the newest reward model's prediction.
        version: a number that changes with every fit of the reward model, 0 or more.
        observation_space: of the observations that ``reward_function`` takes; images that
            stable-baselines3 stores channel-first are turned back to it.
        versions: what `reward_versions` gave when the buffer was saved; by default all rewards are
            out of date.

    Raises:
        ValueError: the agent uses hindsight experience replay, or its observations are others than
            the reward model's.
    """
    buffer = agent.replay_buffer
    if isinstance(buffer, HerReplayBuffer):
        raise ValueError(
            "HerReplayBuffer takes its rewards from the environment's compute_reward, not from a "
            "reward model; make the agent without replay_buffer_class=HerReplayBuffer"
        )
    if buffer is None:
        raise ValueError("the agent has no replay buffer yet; call relabel after its construction")

    restore = _restore_observations(agent.observation_space, observation_space)
    action_shape = agent.action_space.shape or ()

    def predict(rows: Array, envs: Array) -> Array:
        actions = buffer.actions[rows, envs].reshape(len(rows), *action_shape)
        if isinstance(agent.action_space, spaces.Box):
            actions = agent.policy.unscale_action(actions)
        return reward_function(restore(buffer.observations, rows, envs), actions)

    rewards = RelabelledRewards(np.asarray(buffer.rewards), predict, version)
    if versions is not None:
        rewards.versions[: len(versions)] = versions
    buffer.rewards = rewards  # type: ignore[assignment]


def reward_versions(buffer: ReplayBuffer) -> npt.NDArray[np.int32]:
    """The version of the reward model that each reward ``(size, n_envs)`` of a buffer is of."""
    rewards: Any = buffer.rewards
    if isinstance(rewards, RelabelledRewards):
        return rewards.versions
    return np.full(rewards.shape, _UNKNOWN, np.int32)


class RelabelledRewards:
    """The rewards of a replay buffer, recomputed where they are read and out of date.

    Reads and writes like the array ``(size, n_envs)`` that it stands for; pickled or copied it is
    that array. What the buffer writes is out of date from the start, since the reward model may
    have changed between the step and the writing.
    """

    def __init__(
        self,
        rewards: npt.NDArray[np.float32],
        predict: Callable[[Array, Array], Array],
        version: Callable[[], int],
    ) -> None:
        """Stand for ``rewards``, which is shared; ``predict(rows, envs)`` gives the newest."""
        self._rewards = rewards
        self._predict = predict
        self._version = version
        self.versions = np.full(rewards.shape, _UNKNOWN, np.int32)
        self._places = np.arange(rewards.size).reshape(rewards.shape)

    def __getitem__(self, index: Any) -> Any:
        """The newest rewards."""
        version = self._version()
        stale = self.versions[index] != version
        if np.any(stale):
            rows, envs = np.divmod(self._places[index][stale], self._rewards.shape[1])
            self._rewards[rows, envs] = self._predict(rows, envs)
            self.versions[rows, envs] = version
        return self._rewards[index]

    def __setitem__(self, index: Any, rewards: Any) -> None:
        """Write rewards; they are recomputed when they are first read."""
        self._rewards[index] = rewards
        self.versions[index] = _UNKNOWN

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._rewards)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """The rewards as they are stored, without recomputing any."""
        return np.array(self._rewards, dtype, copy=True) if copy else self._rewards

    def __reduce__(self) -> Any:
        """Pickle the plain array."""
        return self._rewards.__reduce__()


Restore = Callable[[Any, Array, Array], Observations]


def _restore_observations(stored: spaces.Space[Any], wanted: spaces.Space[Any]) -> Restore:
    """A function that reads observations out of a buffer in the form of the space ``wanted``."""
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
