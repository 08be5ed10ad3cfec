"""ClipRecorder: records what a vector environment does, for clips."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.clips.observations import Array, Observations, leaves, map_leaves
from rlhf_gym.clips.steps import Transitions, VecStep, joined_steps, vec_step
from rlhf_gym.envs.step_notes import each_info

__all__ = ["ClipRecorder", "KeptSteps", "StepSink", "check_finite"]


class StepSink(Protocol):
    """What a recorder writes steps into: a `ClipBuffer`, or `KeptSteps` for another process."""

    @property
    def keeps_next(self) -> bool:
        """Whether next observations are wanted."""

    def add(self, step: VecStep, agent_step: int) -> None:
        """Take a step of all environments; ``agent_step`` is the number of training steps."""

    def begin_episodes(self, envs: slice) -> None:
        """Let the next step begin a new episode in these environments."""


class KeptSteps:
    """Steps that are kept until another process takes them."""

    def __init__(self, keeps_next: bool = False) -> None:
        """Keep next observations only if ``keeps_next``."""
        self.keeps_next = keeps_next
        self._steps: list[VecStep] = []

    def add(self, step: VecStep, agent_step: int = 0) -> None:
        """Keep a copy of a step."""
        seen = step.transitions.next_observations
        copied = None if seen is None else map_leaves(np.copy, seen)
        transitions = replace(step.transitions, next_observations=copied)
        true_rewards, dones = step.true_rewards.copy(), step.dones.copy()
        kept = replace(step, transitions=transitions, true_rewards=true_rewards, dones=dones)
        self._steps.append(kept)

    def begin_episodes(self, envs: slice) -> None:
        """Do nothing: the other process knows where episodes begin."""

    def take(self) -> list[VecStep]:
        """Return the steps since the last call."""
        taken, self._steps = self._steps, []
        return taken


class ClipRecorder(VecEnvWrapper):
    """Record each step of a vector environment: what was seen before it, done, and truly earned.

    Args:
        venv: the vector environment; its rewards are the true ones.
        sink: what the steps are written into.

    Attributes:
        agent_step: training steps so far; the owner of the training loop may set it.
        seconds: time spent in recording.
        observations: what the environments show at present.
        newest: the step that was recorded last, or None.

    Raises:
        ValueError: by `step_wait` and `reset`, if an observation holds NaN or infinity.
    """

    def __init__(self, venv: VecEnv, sink: StepSink) -> None:
        super().__init__(venv)
        self.sink = sink
        self.agent_step = 0
        self.seconds = 0.0
        self.observations: Observations = {}
        self.newest: Transitions | None = None
        self._actions: Array = np.zeros(0)

    def reset(self) -> VecEnvObs:
        """Reset all environments; no clip spans a reset."""
        observations = self.venv.reset()
        self.begin_episodes()
        self._keep(observations)
        return observations

    def resume_at(self, observations: Observations) -> None:
        """Go on where the environments were restored to show ``observations``."""
        self.observations = map_leaves(np.copy, observations)

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Start a step."""
        self._actions = np.array(actions)  # environments may change the array that they are given
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish a step and record it."""
        observations, true_rewards, dones, infos = self.venv.step_wait()
        began = time.perf_counter()
        infos = each_info(infos, self.num_envs)
        step = vec_step(
            self.observations,
            self._actions,
            observations,
            true_rewards,
            dones,
            infos,
            keep_next=self.sink.keeps_next,
        )
        self._add(step)
        self._keep(observations)
        self.seconds += time.perf_counter() - began
        return observations, true_rewards, dones, infos

    def begin_episodes(self, envs: slice = slice(None)) -> None:  # noqa: B008  immutable
        """Let the next step begin a new episode in these environments."""
        self.sink.begin_episodes(envs)

    def add_recorded(self, parts: Sequence[VecStep]) -> None:
        """Record a step of all environments, taken in other processes."""
        began = time.perf_counter()
        step = joined_steps(parts)
        check_finite(step.transitions.observations)
        self._add(step)
        self.seconds += time.perf_counter() - began

    def _add(self, step: VecStep) -> None:
        self.agent_step += self.num_envs
        self.newest = step.transitions
        self.sink.add(step, self.agent_step)

    def _keep(self, observations: VecEnvObs) -> None:
        kept: Observations = observations  # type: ignore[assignment]
        check_finite(kept)
        self.observations = map_leaves(np.copy, kept)


def check_finite(observations: Observations) -> None:
    """Refuse a batch of observations that holds NaN or infinity.

    Raises:
        ValueError: it does; the message says where.
    """
    for leaf in leaves(observations):
        if leaf.dtype.kind == "f" and not np.isfinite(leaf).all():
            bad = np.argwhere(~np.isfinite(leaf))[0].tolist()
            raise ValueError(
                f"an observation holds {leaf[tuple(bad)]} (environment {bad[0]}, entry "
                f"{bad[1:]}); the reward model needs finite numbers: fix the environment or "
                "clip its observations with gymnasium.wrappers.TransformObservation"
            )
