"""Relabelling: whenever a replay buffer is sampled, its rewards are the newest model's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import RewardFunction, Transitions

__all__ = ["RelabelledRewards", "relabel", "reward_state"]

Newest: TypeAlias = Callable[[], Transitions | None]
"""The newest step of each environment ``(n_envs,)``, as far as it is known."""
_UNKNOWN = -1


def relabel(
    agent: OffPolicyAlgorithm,
    predict: RewardFunction,
    version: Callable[[], int],
    observation_space: spaces.Space[Any],
    newest: Newest = lambda: None,
    state: Mapping[str, Array] | None = None,
    *,
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
        uses_next_observations: whether ``predict`` looks at them; they are None otherwise.

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

    rewards = RelabelledRewards(np.asarray(buffer.rewards), predict_at, version, newest)
    rewards.load_state(reward_state(buffer))
    rewards.versions[:] = _UNKNOWN
    if state is not None:
        rewards.load_state(state)
    buffer.rewards = rewards  # type: ignore[assignment]


def _next_observations(buffer: ReplayBuffer, rows: Array, envs: Array) -> tuple[Any, Array, Array]:
    """Return where the observations after these steps are."""
    if buffer.optimize_memory_usage:
        return buffer.observations, (rows + 1) % buffer.buffer_size, envs
    return buffer.next_observations, rows, envs


def reward_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """Return what `relabel` needs to know of each reward ``(size, n_envs)`` of a buffer.

    The version of the reward model that predicted it, whether its step is absorbing, and whether it
    terminated.
    """
    rewards: Any = buffer.rewards
    if isinstance(rewards, RelabelledRewards):
        return rewards.state()
    return {
        "reward_versions": np.full(rewards.shape, _UNKNOWN, np.int32),
        "reward_over": np.zeros(rewards.shape, bool),
        "reward_ended": np.zeros(rewards.shape, bool),
    }


class RelabelledRewards:
    """The rewards of a replay buffer, recomputed where they are read and out of date.

    Reads and writes like the array ``(size, n_envs)`` that it replaces; pickled or copied it is
    that array. What the buffer writes is out of date from the start, since the reward model may
    have changed between the step and the writing.
    """

    def __init__(
        self,
        rewards: npt.NDArray[np.float32],
        predict: Callable[[Array, Array], Array],
        version: Callable[[], int],
        newest: Newest,
    ) -> None:
        """Replace ``rewards``, which is shared.

        Args:
            rewards: ``(size, n_envs)``.
            predict: ``(rows, envs)`` -> the newest rewards there.
            version: of the reward model.
            newest: the step whose rewards are written, as far as it is known.
        """
        self._rewards = rewards
        self._predict = predict
        self._version = version
        self._newest = newest
        self.absorbing = np.zeros(rewards.shape, bool)
        self.terminated = np.zeros(rewards.shape, bool)
        self.versions = np.full(rewards.shape, _UNKNOWN, np.int32)
        self._places = np.arange(rewards.size).reshape(rewards.shape)

    def state(self) -> dict[str, Array]:
        """Return what is known of each reward, by its names in checkpoints."""
        return {
            "reward_versions": self.versions,
            "reward_over": self.absorbing,
            "reward_ended": self.terminated,
        }

    def load_state(self, state: Mapping[str, Array]) -> None:
        """Take over what `state` gave, of all rows or the first ones."""
        for name, ours in self.state().items():
            ours[: len(state[name])] = state[name]

    def __getitem__(self, index: Any) -> Any:
        """Return the newest rewards."""
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
        newest = self._newest()
        self.absorbing[index] = False if newest is None else newest.absorbing
        self.terminated[index] = False if newest is None else newest.terminated

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rewards)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the rewards as they are stored, without recomputing any."""
        return np.array(self._rewards, dtype, copy=True) if copy else self._rewards

    def __reduce__(self) -> Any:
        """Pickle the plain array."""
        return self._rewards.__reduce__()


Restore = Callable[[Any, Array, Array], Observations]


def _restore_observations(stored: spaces.Space[Any], wanted: spaces.Space[Any]) -> Restore:
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
