"""StepRecorder: keeps the steps of environments in another process for the ClipRecorder in this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.clips.observations import Array, Observations, map_leaves
from rlhf_gym.clips.steps import seen_after

__all__ = ["RecordedStep", "StepRecorder"]


@dataclass(frozen=True)
class RecordedStep:
    """A step of a vector environment, as `ClipBuffer.add` takes it.

    Attributes:
        observations: ``(n_envs, *obs)``, seen before the step.
        actions: ``(n_envs, *act)``.
        true_rewards: ``(n_envs,)``.
        dones: ``(n_envs,)`` bool.
        infos: of the step.
        next_observations: ``(n_envs, *obs)``, seen after it, where they are kept.
    """

    observations: Observations
    actions: Array
    true_rewards: Array
    dones: Array
    infos: list[dict[str, Any]]
    next_observations: Observations | None = None

    @classmethod
    def joined(cls, parts: Sequence[RecordedStep]) -> RecordedStep:
        """One step of all the environments of ``parts``."""
        after = [part.next_observations for part in parts if part.next_observations is not None]
        return cls(
            _joined([part.observations for part in parts]),
            np.concatenate([part.actions for part in parts]),
            np.concatenate([part.true_rewards for part in parts]),
            np.concatenate([part.dones for part in parts]),
            [info for part in parts for info in part.infos],
            _joined(after) if after else None,
        )


def _joined(parts: Sequence[Observations]) -> Observations:
    first = parts[0]
    if isinstance(first, dict):
        return {key: np.concatenate([part[key] for part in parts]) for key in first}
    return np.concatenate(parts)  # type: ignore[arg-type]


class StepRecorder(VecEnvWrapper):
    """What `ClipRecorder` is in a worker process: keeps each step until the trainer asks for it.

    Attributes:
        held: ``(n_envs,)``, whether the newest step lies behind the end of its episode.
    """

    def __init__(self, venv: VecEnv, keep_next: bool = False) -> None:
        """Wrap ``venv``, whose rewards are the true ones; keep what is seen after a step as well?

        The reward model may look at it.
        """
        super().__init__(venv)
        self.keep_next = keep_next
        self.held: npt.NDArray[np.bool_] = np.zeros(self.num_envs, bool)
        self._recorded: list[RecordedStep] = []
        self._observations: Observations = {}
        self._actions: Array = np.zeros(0)

    def reset(self) -> VecEnvObs:
        """Reset all environments."""
        observations = self.venv.reset()
        self._keep(observations)
        return observations

    def step_async(self, actions: Array) -> None:
        """Start a step."""
        self._actions = actions
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish a step and keep it."""
        observations, true_rewards, dones, infos = self.venv.step_wait()
        after = None
        if self.keep_next:
            after = map_leaves(np.copy, seen_after(observations, dones, infos))
        self._recorded.append(
            RecordedStep(
                self._observations,
                self._actions,
                true_rewards.copy(),
                dones,
                list(infos),
                after,
            )
        )
        self.held[:] = [info.get("held", False) for info in infos]
        self._keep(observations)
        return observations, true_rewards, dones, infos

    def take_recorded(self) -> list[RecordedStep]:
        """The steps since the last call."""
        taken, self._recorded = self._recorded, []
        return taken

    def _keep(self, observations: VecEnvObs) -> None:
        kept: Observations = observations  # type: ignore[assignment]
        self._observations = map_leaves(np.copy, kept)
