"""Where episodes begin and end in a clip buffer, and the positions of clips in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import end_of

__all__ = ["EpisodeMarks", "Positions"]

REASONS = (None, "terminated", "truncated")
"""Why an episode ended at a step, by the code that is kept of it; None: it went on."""
TERMINATED = REASONS.index("terminated")


@dataclass(frozen=True)
class Positions:
    """Where clips lie in a `ClipBuffer`.

    Attributes:
        env: ``(n,)`` index of the environment.
        first: ``(n,)`` number of the row (counted from the buffer's first ever) of the first step.
        length: ``(n,)`` number of steps, at most the clip length.
    """

    env: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.env)

    def __getitem__(self, index: Array | slice) -> Positions:
        """The positions at ``index``."""
        return Positions(self.env[index], self.first[index], self.length[index])

    def where(self, condition: Array, other: Positions) -> Positions:
        """These positions where ``condition`` ``(n,)`` holds, and those of ``other`` elsewhere."""
        return Positions(
            np.where(condition, self.env, other.env),
            np.where(condition, self.first, other.first),
            np.where(condition, self.length, other.length),
        )

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """Environment, first row and length of one clip after the other."""
        return zip(self.env.tolist(), self.first.tolist(), self.length.tolist(), strict=True)


class EpisodeMarks:
    """What the newest steps are to their episodes, and so where clips can lie.

    Attributes:
        bytes_a_step: of one step of one environment.
        rows: number of rows ever written; row ``r`` lies at ``r % capacity``.
        step: ``(capacity, n_envs)`` int32, number of the step in its episode.
        done: bool, whether the episode was over after the step.
        held: bool, whether the step lies behind the end of its episode (see `FixedHorizon`).
        ended: uint8, the index in `REASONS` of why the episode ended at the step.
    """

    bytes_a_step = 4 + 1 + 1 + 1

    def __init__(self, capacity: int, n_envs: int) -> None:
        """Keep the marks of the newest ``capacity`` steps of ``n_envs`` environments."""
        self.capacity, self.n_envs = capacity, n_envs
        self.rows = 0
        self.step = np.zeros((capacity, n_envs), np.int32)
        self.done = np.zeros((capacity, n_envs), bool)
        self.held = np.zeros((capacity, n_envs), bool)
        self.ended = np.zeros((capacity, n_envs), np.uint8)
        self.next_step = np.zeros(n_envs, np.int32)

    def add(self, dones: Array, infos: Sequence[dict[str, object]]) -> None:
        """Write a step of all environments; ``held``, ``ended`` and time limits are read."""
        row = self.rows % self.capacity
        self.step[row] = self.next_step
        self.done[row] = dones
        self.held[row] = False
        self.ended[row] = dones
        self.next_step += 1
        self.next_step[dones] = 0
        for env, info in enumerate(infos):
            self.held[row, env] = info.get("held", False)
            self.ended[row, env] = REASONS.index(end_of(dones[env], info))
        self.rows += 1

    @property
    def first_kept(self) -> int:
        """Number of the oldest row that is kept."""
        return max(self.rows - self.capacity, 0)

    def arrays(self) -> dict[str, Array]:
        """The ring arrays, by name."""
        return {"step": self.step, "done": self.done, "held": self.held, "ended": self.ended}

    def clips(self, length: int, *, newest: int, history: int, held: bool) -> Positions:
        """All clips among the newest steps that are whole.

        Args:
            length: steps of a clip; an episode that is shorter is one clip.
            newest: only steps among so many newest ones.
            history: so many steps before a clip must be kept as well, as far as its episode has
                them.
            held: only clips that start behind an end; else only those that do not.
        """
        oldest = max(self.first_kept, self.rows - -(-newest // self.n_envs))
        rows = np.arange(oldest, self.rows)
        step = self.step[rows % self.capacity].astype(np.int64)
        steps = np.minimum(step + 1, length)
        first = rows[:, None] - steps + 1
        reach = first - np.minimum(step - steps + 1, history)
        complete = (step + 1 >= length) | self.done[rows % self.capacity]
        env = np.broadcast_to(np.arange(self.n_envs), first.shape)
        asked = self.held[first % self.capacity, env] == held
        found = complete & asked & (reach >= self.first_kept) & (first >= oldest)
        return Positions(env[found].copy(), first[found], steps[found])

    def show_end(self, clips: Positions) -> npt.NDArray[np.bool_]:
        """``(n,)``, in which clips an episode ends other than by a time limit, or is over."""
        at = ((clips.first + clips.length - 1) % self.capacity, clips.env)
        return np.asarray(self.held[at] | (self.ended[at] == TERMINATED))

    def steps_before(self, clips: Positions) -> npt.NDArray[np.int32]:
        """``(n,)``, steps of its episode before each clip."""
        return self.step[clips.first % self.capacity, clips.env]

    def end(self, env: int, rows: Array) -> tuple[str | None, int | None]:
        """Why and at which of these rows the episode ended, -1 if before the first of them."""
        if self.held[rows[0] % self.capacity, env]:
            began = rows[0] - self.step[rows[0] % self.capacity, env]
            earlier = np.arange(max(began, self.first_kept), rows[0])
            known = self.ended[earlier % self.capacity, env]
            return REASONS[known.max(initial=TERMINATED)], -1
        ended = self.ended[rows % self.capacity, env]
        at = np.flatnonzero(ended)
        return (REASONS[ended[at[0]]], int(at[0])) if len(at) else (None, None)

    def begin_episodes(self, envs: slice) -> None:
        """Say that the next step begins a new episode in these environments."""
        self.next_step[envs] = 0
