"""Clip: a short piece of one episode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array, Observations, leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.description import ENDS

__all__ = ["Clip", "Start", "check_clip_fits"]


@dataclass(frozen=True, eq=False)
class Start:
    """What is needed to draw a clip again.

    Attributes:
        snapshot: state of the environment at or before the clip's first step, see
            `rlhf_gym.clips.snapshots`.
        actions: ``(k, *act)``, the ``k >= 0`` actions from the snapshot to the clip's first step,
            as the environment received them.
        clip_actions: ``(length, *act)``, the actions of the clip as the environment received them,
            where wrappers around the vector environment may have changed actions or observations;
            None: they are the clip's.
        checksums: ``(length,)`` int64, of the environment's own observation before each of these
            actions (see `checksum_of`), or None; negative where it is not known.
    """

    snapshot: bytes
    actions: Array
    clip_actions: Array | None = None
    checksums: npt.NDArray[np.int64] | None = None

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that there are, by name."""
        named = {name: getattr(self, name) for name in ("actions", "clip_actions", "checksums")}
        return {name: array for name, array in named.items() if array is not None}


@dataclass(frozen=True, eq=False)
class Clip:
    """A short piece of one episode; takes over its arrays and makes them read-only.

    Two clips are equal only if they are the same object.

    Attributes:
        observations: ``(length, *obs)``, what the agent saw before each action; for Dict spaces a
            dict of such arrays.
        actions: ``(length, *act)``, what it then did.
        true_rewards: ``(length,)`` float32, the environment's own rewards: for simulated teachers
            and evaluation only, never for the reward model.
        ended: why the episode ended within the clip or before it (``"terminated"``,
            ``"truncated"``), or None.
        ended_at: index of the step at which it ended, -1 if that was before the clip; the steps
            after it are absorbing.
        end: how it ended, in words for a person, as the environment says it; ``""``: not said.
        mission: what the environment asked for in this episode; ``""``: nothing of its own.
        next_observations: ``(length, *obs)``, what was seen after each action, where the reward
            model looks at it, or None.
        start: what is needed to draw the clip again, or None.
        frames: ``(length, height, width, 3)`` uint8 where a camera drew them, or None.
        env_id: id of the environment.
        agent_step: training steps of the agent when the clip's last step was taken.
        wall_time: Unix time in seconds at which the clip was cut.
        id: the store's number of it, 0 until it is stored.
    """

    observations: Observations
    actions: Array
    true_rewards: npt.NDArray[np.float32]
    ended: str | None = None
    ended_at: int | None = None
    next_observations: Observations | None = None
    start: Start | None = None
    frames: npt.NDArray[np.uint8] | None = None
    env_id: str = ""
    agent_step: int = 0
    wall_time: float = 0.0
    id: int = 0
    end: str = ""
    mission: str = ""

    def __post_init__(self) -> None:
        """Check the lengths and make the arrays read-only."""
        seen = leaves(self.observations)
        if self.next_observations is not None:
            seen += leaves(self.next_observations)
        observed = {len(array) for array in seen}
        if observed != {len(self.actions)} or len(self.actions) != len(self.true_rewards):
            raise ValueError(
                "the arrays of a clip must have one length, but there are observations of "
                f"{sorted(observed)}, {len(self.actions)} actions and "
                f"{len(self.true_rewards)} true rewards"
            )
        if not len(self.actions):
            raise ValueError("a clip must have at least one step, but it has none")
        arrays = [*seen, self.actions, self.true_rewards]
        if not all(isinstance(array, np.ndarray) for array in arrays):
            raise ValueError("what a clip holds must be arrays of NumPy")
        if self.start is not None:
            arrays += self.start.arrays.values()
        if self.frames is not None:
            arrays.append(self.frames)
        for array in arrays:
            array.flags.writeable = False

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.actions)

    @property
    def transitions(self) -> Transitions:
        """The steps of the clip."""
        terminated, absorbing = np.zeros(len(self), bool), np.zeros(len(self), bool)
        if self.ended_at is not None:
            absorbing[self.ended_at + 1 :] = True
            if self.ended == "terminated" and self.ended_at >= 0:
                terminated[self.ended_at] = True
        return Transitions(
            self.observations, self.actions, terminated, absorbing, self.next_observations
        )

    @property
    def told_end(self) -> str | None:
        """How its episode ended, as a person is told, or None if it goes on."""
        return None if self.ended is None else self.end or ENDS.get(self.ended, self.ended)

    @property
    def true_return(self) -> float:
        """The sum of the true rewards."""
        return float(self.true_rewards.sum(dtype=np.float64))


def check_clip_fits(length: int, episode: int | None, env_id: str) -> None:
    """Refuse clips that no episode is long enough for.

    Args:
        length: of a clip, in steps.
        episode: the longest of an episode, in steps; None has no bound.
        env_id: of the environment.

    Raises:
        ValueError: a clip is longer than an episode.
    """
    if episode is not None and length > episode:
        raise ValueError(
            f"a clip of {length} steps is longer than an episode of {env_id} ({episode} "
            f"steps); give clip_length <= {episode}, or a shorter clip_seconds"
        )
