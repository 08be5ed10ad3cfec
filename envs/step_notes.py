"""StepNotes: what this project notes about a step, in the step's info, under a key of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["KEY", "StepNotes", "each_info", "noted", "notes_of", "with_notes"]

KEY = "rlhf_gym"
"""Key of a step's info under which its notes are; no other key is ever read as one of ours."""


class StepNotes(NamedTuple):
    """What the environments and wrappers of this project note about a step.

    It is a named tuple since one is made at most steps, which takes a dataclass much longer.

    Attributes:
        absorbing: whether the episode was over before the step.
        ended: ``"terminated"`` or ``"truncated"`` where the episode ended at the step although the
            environment goes on to its horizon, else None.
        snapshot: what brings an environment to where it was before the step (see
            `SnapshotRecorder`), or None.
        frame: the picture before the step, ``(height, width, 3)`` uint8, where the environment is
            filmed, or None.
        true_reward: the environment's own reward, where a learned one has taken its place.
        learned_reward: the learned reward, where a worker process has predicted it.
        action: what the environment itself was given, where wrappers around the vector environment
            may change actions or observations, else None.
        checksum: of the environment's own observation before the step, likewise.
        end: how the episode ended at the step, in words for a person (``"landed"``), else None. An
            environment that notes it itself needs no ``metadata["ends"]``.
        mission: what the environment asks for in this episode, at its first step, else None.
    """

    absorbing: bool = False
    ended: str | None = None
    snapshot: bytes | None = None
    frame: npt.NDArray[np.uint8] | None = None
    true_reward: float | None = None
    learned_reward: float | None = None
    action: Any = None
    checksum: int | None = None
    end: str | None = None
    mission: str | None = None

    def __deepcopy__(self, memo: Any) -> StepNotes:
        """Return the same notes, which nobody changes; DummyVecEnv copies all infos."""
        return self


NOTHING = StepNotes()


def notes_of(info: Mapping[str, Any]) -> StepNotes:
    """Return what is noted in an info; nothing, where nobody of this project wrote into it.

    >>> notes_of({"absorbing": True}).absorbing, notes_of(noted({}, absorbing=True)).absorbing
    (False, True)
    """
    notes = info.get(KEY)
    return notes if isinstance(notes, StepNotes) else NOTHING


def each_info(infos: Sequence[dict[str, Any]], n_envs: int) -> list[dict[str, Any]]:
    """Return one info for each environment, where a simulator gives none to save time.

    >>> each_info([], 2), each_info(({"speed": 3},), 1)
    ([{}, {}], [{'speed': 3}])
    """
    return list(infos) or [{} for _ in range(n_envs)]


def with_notes(info: Mapping[str, Any], notes: StepNotes) -> dict[str, Any]:
    """Return a copy of an info with these notes; the environment may go on using its own."""
    return {**info, KEY: notes}


def noted(info: Mapping[str, Any], **notes: Any) -> dict[str, Any]:
    """Return a copy of an info in which more is noted: fields of `StepNotes`.

    An environment that stays in its terminal state until a horizon says so with it.

    >>> info = noted({"speed": 3}, ended="terminated")
    >>> info["speed"], notes_of(info).ended
    (3, 'terminated')
    """
    known = notes_of(info)
    return with_notes(info, known._replace(**notes) if notes else known)
