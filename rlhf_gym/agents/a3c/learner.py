"""A2C in a worker of A3C, without callbacks: those in the trainer are shown its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import A2C
from stable_baselines3.common.type_aliases import Schedule
from stable_baselines3.common.utils import obs_as_tensor

__all__ = ["Learner", "Steps"]

Array: TypeAlias = "np.ndarray[Any, Any]"


@dataclass(frozen=True)
class Steps:
    """The ``n_steps`` steps of a rollout in ``n_envs`` environments.

    Attributes:
        actions: ``(n_steps, n_envs, *act)``, as the environments got them.
        rewards: ``(n_steps, n_envs)``.
        dones: ``(n_steps, n_envs)``.
        infos: of each step, of each environment.
    """

    actions: Array
    rewards: Array
    dones: Array
    infos: list[list[dict[str, Any]]]

    @classmethod
    def joined(cls, parts: Sequence[Steps]) -> Steps:
        """Join the steps of several groups of environments."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([part.actions for part in parts], axis=1),
            np.concatenate([part.rewards for part in parts], axis=1),
            np.concatenate([part.dones for part in parts], axis=1),
            [list(chain(*infos)) for infos in zip(*(part.infos for part in parts), strict=True)],
        )


class Learner(A2C):
    """A2C without callbacks, and with a schedule for the weight of the entropy.

    Its rollouts are those of `OnPolicyAlgorithm.collect_rollouts`, step by step, in less time.
    """

    ent_coef_schedule: Schedule

    @torch.no_grad()
    def act(self) -> Steps:
        """Fill the rollout buffer."""
        env, buffer = self.env, self.rollout_buffer
        assert env is not None
        self.policy.set_training_mode(False)
        buffer.reset()
        observations: Any = self._last_obs
        starts: Any = self._last_episode_starts
        actions, rewards, all_dones, all_infos = [], [], [], []
        for step in range(self.n_steps):
            if self.use_sde and (step == 0 or self._explores_anew(step)):
                self.policy.reset_noise(env.num_envs)
            chosen, values, log_probs = self.policy(obs_as_tensor(observations, self.device))
            chosen = chosen.numpy()
            taken = self._as_taken(chosen)
            seen = observations
            observations, earned, dones, infos = env.step(taken)
            actions.append(taken)
            rewards.append(earned)
            all_dones.append(dones)
            all_infos.append(list(infos))
            earned = self._with_values_beyond(earned, dones, infos)
            buffer.add(seen, chosen, earned, starts, values, log_probs)
            starts = dones
        self._last_obs, self._last_episode_starts = observations, starts
        last_values = self.policy.predict_values(obs_as_tensor(observations, self.device))
        buffer.compute_returns_and_advantage(last_values, starts)
        return Steps(np.stack(actions), np.stack(rewards), np.stack(all_dones), all_infos)

    def train(self) -> None:
        """Take a gradient step."""
        self.ent_coef = self.ent_coef_schedule(self._current_progress_remaining)
        super().train()

    def _explores_anew(self, step: int) -> bool:
        return self.sde_sample_freq > 0 and step % self.sde_sample_freq == 0

    def _as_taken(self, actions: Array) -> Array:
        """Return the actions within the bounds of their space."""
        if not isinstance(self.action_space, spaces.Box):
            return actions
        if self.policy.squash_output:
            return self.policy.unscale_action(actions)
        return np.clip(actions, self.action_space.low, self.action_space.high)

    def _with_values_beyond(
        self, rewards: Array, dones: Array, infos: list[dict[str, Any]]
    ) -> Array:
        """Add to the rewards of truncated steps the value of what would have followed."""
        if not dones.any():
            return rewards
        rewards = rewards.copy()
        for i in np.flatnonzero(dones):
            last = infos[i].get("terminal_observation")
            if last is not None and infos[i].get("TimeLimit.truncated", False):
                observation, _ = self.policy.obs_to_tensor(last)
                rewards[i] += self.gamma * self.policy.predict_values(observation)[0]
        return rewards
