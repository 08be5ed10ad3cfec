"""ClipRecorder: writes what a vector environment does into a ClipBuffer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import Observations, leaves, map_leaves
from rlhf_gym.clips.steps import seen_after
from rlhf_gym.wrappers.step_recorder import RecordedStep, StepRecorder

__all__ = ["ClipRecorder", "check_finite"]


class ClipRecorder(VecEnvWrapper):
    """Record each step of a vector environment: what was seen before it, done, and truly earned.

    Args:
        venv: the vector environment; its rewards are the true ones.
        buffer: what the steps are written into.

    Raises:
        ValueError: by `step_wait` and `reset`, if an observation holds NaN or infinity.
    """

    def __init__(self, venv: VecEnv, buffer: ClipBuffer) -> None:
        super().__init__(venv)
        self.buffer = buffer
        self.in_worker = partial(StepRecorder, keep_next=buffer.keeps_next)
        """What stands in its place around environments in a worker process of A3C."""
        self.agent_step = 0
        """Training steps so far; the owner of the training loop may set it."""
        self.seconds = 0.0
        """Time spent in recording."""
        self.observations: Observations = {}
        """What the environments show at present."""
        self._actions: np.ndarray[Any, Any] = np.zeros(0)

    def reset(self) -> VecEnvObs:
        """Reset all environments; no clip goes on across it."""
        observations = self.venv.reset()
        self.buffer.begin_episodes()
        self._keep(observations)
        return observations

    def resume_at(self, observations: Observations) -> None:
        """Go on where the environments were restored to show ``observations``."""
        self.observations = map_leaves(np.copy, observations)

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Start a step."""
        self._actions = actions
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish a step and record it."""
        observations, true_rewards, dones, infos = self.venv.step_wait()
        began = time.perf_counter()
        self.agent_step += self.num_envs
        self.buffer.add(
            self.observations,
            self._actions,
            true_rewards,
            dones,
            infos,
            self.agent_step,
            seen_after(observations, dones, infos) if self.buffer.keeps_next else None,
        )
        self._keep(observations)
        self.seconds += time.perf_counter() - began
        return observations, true_rewards, dones, infos

    def begin_episodes(self, envs: slice = slice(None)) -> None:  # noqa: B008  immutable
        """Say that these environments begin new episodes in another process."""
        self.buffer.begin_episodes(envs)

    def add_recorded(self, parts: Sequence[RecordedStep]) -> None:
        """Record a step of all environments, taken in other processes."""
        began = time.perf_counter()
        step = RecordedStep.joined(parts)
        check_finite(step.observations)
        self.agent_step += self.num_envs
        self.buffer.add(
            step.observations,
            step.actions,
            step.true_rewards,
            step.dones,
            step.infos,
            self.agent_step,
            step.next_observations,
        )
        self.seconds += time.perf_counter() - began

    def _keep(self, observations: VecEnvObs) -> None:
        kept: Observations = observations  # type: ignore[assignment]
        check_finite(kept)
        self.observations = map_leaves(np.copy, kept)


def check_finite(observations: Observations) -> None:
    """Refuse a batch of observations that holds NaN or infinity.

    Raises:
        ValueError: it does; the message tells where.
    """
    for leaf in leaves(observations):
        if leaf.dtype.kind == "f" and not np.isfinite(leaf).all():
            bad = np.argwhere(~np.isfinite(leaf))[0].tolist()
            raise ValueError(
                f"an observation holds {leaf[tuple(bad)]} (environment {bad[0]}, entry "
                f"{bad[1:]}); the reward model needs finite numbers: mend the environment or "
                "clip its observations with gymnasium.wrappers.TransformObservation"
            )
