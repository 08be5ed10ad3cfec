"""What an algorithm adds to acting: action masks, and the state of recurrent policies."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor

from rlhf_gym.envs.action_masks import ACTION_MASKS, action_mask

__all__ = ["Acts", "RecurrentState", "acting_in"]


class Acts(Protocol):
    """Something that chooses actions, as stable-baselines3's agents do."""

    def predict(
        self,
        observation: Any,
        state: Any = None,
        episode_start: Any = None,
        deterministic: bool = False,
    ) -> tuple[Any, Any]:
        """Return actions, and the next state of a recurrent policy."""
        ...


def acting_in(agent: Any, env: VecEnv | gym.Env[Any, Any]) -> Acts:
    """Return what acts as the agent does in an environment.

    An agent whose ``predict`` takes action masks gets those of the environment, if it has any.

    Args:
        agent: an agent, or anything else with its ``predict``.
        env: where it acts.
    """
    takes_masks = ACTION_MASKS in inspect.signature(agent.predict).parameters
    return _Masked(agent, env) if takes_masks and _has_masks(env) else agent


def _has_masks(env: VecEnv | gym.Env[Any, Any]) -> bool:
    return env.has_attr(ACTION_MASKS) if isinstance(env, VecEnv) else action_mask(env) is not None


class _Masked:
    def __init__(self, agent: Any, env: VecEnv | gym.Env[Any, Any]) -> None:
        self._agent, self._env = agent, env

    def predict(
        self,
        observation: Any,
        state: Any = None,
        episode_start: Any = None,
        deterministic: bool = False,
    ) -> tuple[Any, Any]:
        if isinstance(self._env, VecEnv):
            masks: Any = np.stack(self._env.env_method(ACTION_MASKS))
        else:
            masks = action_mask(self._env)
        found: tuple[Any, Any] = self._agent.predict(
            observation, state, episode_start, deterministic, action_masks=masks
        )
        return found


class RecurrentState:
    """The state of an agent's recurrent policy between two rollouts, as a part of a checkpoint.

    stable-baselines3 saves it with the agent, but begins anew when it loads the agent.

    Args:
        agent: any agent; most have no such state.
    """

    def __init__(self, agent: BaseAlgorithm) -> None:
        self._agent = agent

    def state(self) -> dict[str, Any]:
        """Return the tensors of each attribute that remembers them from the last step."""
        return {name: [each.cpu() for each in kept] for name, kept in self._tensors()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        for name, kept in self._tensors():
            for into, value in zip(kept, state.get(name, ()), strict=False):
                into.copy_(value)

    def _tensors(self) -> Iterator[tuple[str, list[Tensor]]]:
        for name, value in vars(self._agent).items():
            if name.startswith("_last_") and (found := list(_tensors_in(value))):
                yield name, found


def _tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield all tensors in nested dictionaries, lists and tuples."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _tensors_in(each)
