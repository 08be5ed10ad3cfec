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

from rlhf_gym.agents.a3c.monitor_files import KeptRows, Row
from rlhf_gym.agents.a3c.optimizer import HogwildOptimizer
from rlhf_gym.agents.a3c.shared_policy import LocalBuffers, SharedPolicy

__all__ = ["Acted", "Learner", "Step"]

Array: TypeAlias = "np.ndarray[Any, Any]"


@dataclass(frozen=True)
class Step:
    """A step of ``n_envs`` environments.

    Attributes:
        observations: ``(n_envs, *obs)`` before the step, or such arrays by key.
        actions: ``(n_envs, *act)``, as the policy chose them.
        clipped_actions: the same, as the environments got them.
        values: ``(n_envs,)``, of the observations.
        log_probs: ``(n_envs,)``, of the actions.
        new_observations: those after the step.
        rewards: ``(n_envs,)``, as the environments gave them.
        targets: the same, with the discounted values of what would have followed truncations.
        dones: ``(n_envs,)``.
        infos: of each environment.
        rows: of monitor files.
    """

    observations: Any
    actions: Array
    clipped_actions: Array
    values: Array
    log_probs: Array
    new_observations: Any
    rewards: Array
    targets: Array
    dones: Array
    infos: list[dict[str, Any]]
    rows: list[Row]


@dataclass(frozen=True)
class Acted:
    """The steps of a rollout in ``n_envs`` environments.

    Attributes:
        steps: of the rollout.
        starts: ``(n_envs,)``, whether an episode began before the first step.
        last_values: ``(n_envs,)``, of the observations after the last step.
    """

    steps: list[Step]
    starts: Array
    last_values: Array

    @classmethod
    def joined(cls, parts: Sequence[Acted]) -> Acted:
        """Join the steps of several groups of environments."""
        if len(parts) == 1:
            return parts[0]
        steps = [_joined_step(each) for each in zip(*(part.steps for part in parts), strict=True)]
        return cls(
            steps,
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.last_values for part in parts]),
        )


def _joined_step(parts: Sequence[Step]) -> Step:
    fields = zip(*(vars(part).values() for part in parts), strict=True)
    return Step(*map(_joined, fields))


def _joined(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if isinstance(first, dict):
        return {key: _joined([part[key] for part in parts]) for key in first}
    return list(chain(*parts)) if isinstance(first, list) else np.concatenate(parts)


class Learner(A2C):
    """A2C without callbacks, and with a schedule for the weight of the entropy.

    Its rollouts are those of `OnPolicyAlgorithm.collect_rollouts`, step by step, in less time.
    """

    ent_coef_schedule: Schedule
    rows: KeptRows
    _buffers: LocalBuffers

    def join(self, policy: SharedPolicy) -> HogwildOptimizer:
        """Train a shared policy, with the optimiser that is returned."""
        optimizer, self._buffers = policy.join(self.policy)
        forward = self.policy.evaluate_actions
        if self._buffers:  # training changes them in this forward pass
            self.policy.evaluate_actions = (  # type: ignore[method-assign]
                lambda *args, **kwargs: self._buffers.update(lambda: forward(*args, **kwargs))
            )
        return optimizer

    @torch.no_grad()
    def act(self) -> Acted:
        """Fill the rollout buffer."""
        env, buffer = self.env, self.rollout_buffer
        assert env is not None
        self.policy.set_training_mode(False)
        self._buffers.pull()
        buffer.reset()
        observations: Any = self._last_obs
        first: Any = self._last_episode_starts
        starts, steps = first, []
        for step in range(self.n_steps):
            if self.use_sde and (step == 0 or self._explores_anew(step)):
                self.policy.reset_noise(env.num_envs)
            chosen, values, log_probs = self.policy(obs_as_tensor(observations, self.device))
            actions = chosen.numpy()
            taken = self._as_taken(actions)
            seen = observations
            observations, rewards, dones, infos = env.step(taken)
            targets = self._with_values_beyond(rewards, dones, infos)
            buffer.add(seen, actions, targets, starts, values, log_probs)
            starts = dones
            steps.append(
                Step(
                    seen,
                    actions,
                    taken,
                    values.numpy().ravel(),
                    log_probs.numpy(),
                    observations,
                    rewards,
                    targets,
                    dones,
                    list(infos),
                    self.rows.take(),
                )
            )
        self._last_obs, self._last_episode_starts = observations, starts
        last_values = self.policy.predict_values(obs_as_tensor(observations, self.device))
        buffer.compute_returns_and_advantage(last_values, starts)
        return Acted(steps, first, last_values.numpy().ravel())

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
