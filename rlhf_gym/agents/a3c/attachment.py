"""Attachment: wrappers whose work is done in the workers of A3C, and recorded in the trainer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from rlhf_gym.clips.steps import VecStep
from rlhf_gym.wrappers.clip_recorder import ClipRecorder

__all__ = ["Attachment", "WorkerPart"]


class WorkerPart(Protocol):
    """A wrapper around a worker's share of the environments."""

    def begin_rollout(self) -> None:
        """Take over what is new in the trainer: a rollout begins."""

    def take_recorded(self) -> list[VecStep]:
        """Return the steps since the last call, one for each step of a rollout."""
        ...


@dataclass(frozen=True, eq=False)
class Attachment:
    """Wrappers of the trainer's vector environment that something else replaces in the workers.

    Attributes:
        outermost: the outermost wrapper that is replaced.
        recorder: the innermost one, which gets the steps of the workers; all between them are
            replaced as well.
        in_worker: puts what replaces them around a share of the environments; it is sent to the
            workers, and returns a `WorkerPart`.
    """

    outermost: VecEnvWrapper
    recorder: ClipRecorder
    in_worker: Callable[[VecEnv], VecEnv]
