"""Relabelling: a replay buffer pays what the newest reward model says, whenever it is sampled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from stable_baselines3 import HerReplayBuffer
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import After

__all__ = ["RelabelledRewards", "relabel", "reward_state"]


class PredictRewards(Protocol):
    """The newest learned rewards of any steps, batched."""

    def __call__(
        self, observations: Observations, actions: Array, after: After | None, *, over: Array
    ) -> npt.NDArray[np.float32]:
        """``(n, *obs)``, ``(n, *act)``, what they led to, whether behind an end -> ``(n,)``."""


Newest: TypeAlias = Callable[[], tuple[Array, Array]]
_UNKNOWN = -1


def relabel(
    agent: OffPolicyAlgorithm,
    predict: PredictRewards,
    version: Callable[[], int],
    observation_space: spaces.Space[Any],
    newest: Newest = lambda: (np.array(False), np.array(False)),
    state: Mapping[str, Array] | None = None,
    *,
    changes: bool = False,
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
        predict: the newest reward model's prediction.
        version: a number that changes with every fit of the reward model, 0 or more.
        observation_space: of the observations that ``predict`` takes; images that
            stable-baselines3 stores channel-first are turned back to it.
        newest: of the newest step of each environment ``(n_envs,)``, whether it lies behind the end
            of its episode, and whether it ended it; by default none does.
        state: what `reward_state` gave when the buffer was saved; by default all rewards are out
            of date.
        changes: whether ``predict`` looks at what steps led to; it is None otherwise.

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

    def predict_at(rows: Array, envs: Array, over: Array) -> Array:
        actions = buffer.actions[rows, envs].reshape(len(rows), *action_shape)
        if isinstance(agent.action_space, spaces.Box):
            actions = agent.policy.unscale_action(actions)
        before = restore(buffer.observations, rows, envs)
        after = None
        if changes:
            seen = restore(*_next_observations(buffer, rows, envs))
            after = After(seen, rewards.ended[rows, envs])
        return predict(before, actions, after, over=over)

    rewards = RelabelledRewards(np.asarray(buffer.rewards), predict_at, version, newest)
    known = reward_state(buffer)
    rewards.over[:], rewards.ended[:] = known["reward_over"], known["reward_ended"]
    if state is not None:
        rewards.versions[: len(state["reward_versions"])] = state["reward_versions"]
        rewards.over[: len(state["reward_over"])] = state["reward_over"]
        rewards.ended[: len(state["reward_ended"])] = state["reward_ended"]
    buffer.rewards = rewards  # type: ignore[assignment]


def _next_observations(buffer: ReplayBuffer, rows: Array, envs: Array) -> tuple[Any, Array, Array]:
    """Where the observations after these steps lie."""
    if buffer.optimize_memory_usage:
        return buffer.observations, (rows + 1) % buffer.buffer_size, envs
    return buffer.next_observations, rows, envs


def reward_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """What `relabel` needs to know of each reward ``(size, n_envs)`` of a buffer.

    The version of the reward model that it is of, whether its step lies behind an end, and whether
    it is one.
    """
    rewards: Any = buffer.rewards
    if isinstance(rewards, RelabelledRewards):
        return {
            "reward_versions": rewards.versions,
            "reward_over": rewards.over,
            "reward_ended": rewards.ended,
        }
    return {
        "reward_versions": np.full(rewards.shape, _UNKNOWN, np.int32),
        "reward_over": np.zeros(rewards.shape, bool),
        "reward_ended": np.zeros(rewards.shape, bool),
    }


class RelabelledRewards:
    """The rewards of a replay buffer, recomputed where they are read and out of date.

    Reads and writes like the array ``(size, n_envs)`` that it stands for; pickled or copied it is
    that array. What the buffer writes is out of date from the start, since the reward model may
    have changed between the step and the writing.
    """

    def __init__(
        self,
        rewards: npt.NDArray[np.float32],
        predict: Callable[[Array, Array, Array], Array],
        version: Callable[[], int],
        newest: Newest,
    ) -> None:
        """Stand for ``rewards``, which is shared.

        Args:
            rewards: ``(size, n_envs)``.
            predict: ``(rows, envs, over)`` -> the newest rewards there.
            version: of the reward model.
            newest: ``(n_envs,)``: whether the newest step lies behind an end; whether it is one.
        """
        self._rewards = rewards
        self._predict = predict
        self._version = version
        self._newest = newest
        self.over = np.zeros(rewards.shape, bool)
        self.ended = np.zeros(rewards.shape, bool)
        self.versions = np.full(rewards.shape, _UNKNOWN, np.int32)
        self._places = np.arange(rewards.size).reshape(rewards.shape)

    def __getitem__(self, index: Any) -> Any:
        """The newest rewards."""
        version = self._version()
        stale = self.versions[index] != version
        if np.any(stale):
            rows, envs = np.divmod(self._places[index][stale], self._rewards.shape[1])
            over = self.over[rows, envs]
            self._rewards[rows, envs] = self._predict(rows, envs, over)
            self.versions[rows, envs] = version
        return self._rewards[index]

    def __setitem__(self, index: Any, rewards: Any) -> None:
        """Write rewards; they are recomputed when they are first read."""
        self._rewards[index] = rewards
        self.versions[index] = _UNKNOWN
        self.over[index], self.ended[index] = self._newest()

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
