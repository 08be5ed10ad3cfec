"""StepRecorder: keeps the steps of environments in another process for the ClipRecorder in this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.clips import Array, Observations, map_leaves

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
    """

    observations: Observations
    actions: Array
    true_rewards: Array
    dones: Array
    infos: list[dict[str, Any]]

    @classmethod
    def joined(cls, parts: Sequence[RecordedStep]) -> RecordedStep:
        """One step of all the environments of ``parts``."""
        observations: Observations
        if isinstance(parts[0].observations, dict):
            observations = {
                key: np.concatenate([part.observations[key] for part in parts])
                for key in parts[0].observations
            }
        else:
            observations = np.concatenate([part.observations for part in parts])
        return cls(
            observations,
            np.concatenate([part.actions for part in parts]),
            np.concatenate([part.true_rewards for part in parts]),
            np.concatenate([part.dones for part in parts]),
            [info for part in parts for info in part.infos],
        )


class StepRecorder(VecEnvWrapper):
    """What `ClipRecorder` is in a worker process: keeps each step until the trainer asks for it.

    Attributes:
        over: ``(n_envs,)``, where an episode has ended and its last state is being held.
    """

    def __init__(self, venv: VecEnv) -> None:
        """Wrap ``venv``; its rewards are the true ones."""
        super().__init__(venv)
        self.over: npt.NDArray[np.bool_] = np.zeros(self.num_envs, bool)
        self._recorded: list[RecordedStep] = []
        self._observations: Observations = {}
        self._actions: Array = np.zeros(0)

    def reset(self) -> VecEnvObs:
        """Reset all environments."""
        observations = self.venv.reset()
        self.over[:] = False
        self._keep(observations)
        return observations

    def step_async(self, actions: Array) -> None:
        """Start a step."""
        self._actions = actions
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish a step and keep it."""
        observations, true_rewards, dones, infos = self.venv.step_wait()
        self._recorded.append(
            RecordedStep(self._observations, self._actions, true_rewards.copy(), dones, list(infos))
        )
        ended = [info.get("held", False) or info.get("ended") is not None for info in infos]
        self.over[:] = np.array(ended) & ~dones
        self._keep(observations)
        return observations, true_rewards, dones, infos

    def take_recorded(self) -> list[RecordedStep]:
        """The steps since the last call."""
        taken, self._recorded = self._recorded, []
        return taken

    def _keep(self, observations: VecEnvObs) -> None:
        kept: Observations = observations  # type: ignore[assignment]
        self._observations = map_leaves(np.copy, kept)
