"""EnvironmentSteps: what environments themselves got and showed, below wrappers that change it."""

from __future__ import annotations

from collections.abc import Sequence

import gymnasium as gym
import numpy as np

from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.step_notes import StepNotes

__all__ = ["UNKNOWN", "EnvironmentSteps"]

UNKNOWN = -1
"""In place of the checksum of an observation that was not noted; checksums are 0 or more."""


class EnvironmentSteps:
    """The actions that environments were given, and checksums of what they showed, in rings.

    Wrappers around a vector environment may change both on their way to and from the agent, but
    clips are drawn in an environment without them. See `StepNotes`.

    Attributes:
        actions: ``(capacity, n_envs, *act)``, by the environments' own action space.
        checksums: ``(capacity, n_envs)`` int64, of the observation before each step.
    """

    def __init__(self, capacity: int, n_envs: int, action_space: gym.Space[object]) -> None:
        """Keep the newest ``capacity`` steps of ``n_envs`` environments."""
        shape = (capacity, n_envs, *(action_space.shape or ()))
        self.actions = np.zeros(shape, action_space.dtype)
        self.checksums = np.full((capacity, n_envs), UNKNOWN, np.int64)

    @staticmethod
    def bytes_a_step(action_space: gym.Space[object]) -> int:
        """Return the bytes that one step of one environment takes."""
        return np.zeros(action_space.shape or (), action_space.dtype).nbytes + 8

    def add(self, row: int, notes: Sequence[StepNotes]) -> None:
        """Write a step of all environments, at a place in the rings."""
        for env, noted in enumerate(notes):
            if noted.action is not None:
                self.actions[row, env] = noted.action
            self.checksums[row, env] = UNKNOWN if noted.checksum is None else noted.checksum

    def arrays(self) -> dict[str, Array]:
        """Return the ring arrays, by name."""
        return {"environment_actions": self.actions, "checksums": self.checksums}
