"""Where episodes begin and end in a clip buffer, and the positions of clips in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import VecStep

__all__ = ["TERMINATED", "EpisodeEnds", "Positions"]

REASONS = (None, "terminated", "truncated")
"""Why an episode ended at a step, by the stored code; None: it continued."""
TERMINATED, TRUNCATED = 1, 2


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
        """Return the number of clips."""
        return len(self.env)

    def __getitem__(self, index: Array | slice) -> Positions:
        """Return the positions at ``index``."""
        return Positions(self.env[index], self.first[index], self.length[index])

    def where(self, condition: Array, other: Positions) -> Positions:
        """Take these positions where ``condition`` ``(n,)`` is true, and ``other``'s elsewhere."""
        return Positions(
            np.where(condition, self.env, other.env),
            np.where(condition, self.first, other.first),
            np.where(condition, self.length, other.length),
        )

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """Iterate over environment, first row and length of each clip."""
        return zip(self.env.tolist(), self.first.tolist(), self.length.tolist(), strict=True)


class EpisodeEnds:
    """Where the episodes of all environments end, in ring arrays, and so where clips can lie.

    Attributes:
        bytes_a_step: bytes that one step of one environment takes.
        rows: number of rows ever written; row ``r`` lies at ``r % capacity``.
        step: ``(capacity, n_envs)`` int32, number of the step in its episode.
        done: bool, whether a new episode began after the step.
        absorbing: bool, whether the episode was over before the step (see `FixedHorizon`).
        ended: uint8, the index in `REASONS` of why the episode ended at the step.
    """

    bytes_a_step = 4 + 1 + 1 + 1

    def __init__(self, capacity: int, n_envs: int) -> None:
        """Keep the newest ``capacity`` steps of ``n_envs`` environments."""
        self.capacity, self.n_envs = capacity, n_envs
        self.rows = 0
        self.step = np.zeros((capacity, n_envs), np.int32)
        self.done = np.zeros((capacity, n_envs), bool)
        self.absorbing = np.zeros((capacity, n_envs), bool)
        self.ended = np.zeros((capacity, n_envs), np.uint8)
        self.next_step = np.zeros(n_envs, np.int32)

    def add(self, step: VecStep) -> None:
        """Write a step of all environments."""
        row = self.rows % self.capacity
        self.step[row] = self.next_step
        self.done[row] = step.dones
        self.absorbing[row] = step.transitions.absorbing
        ended = self.ended[row]
        ended[:] = step.transitions.terminated  # of which the code is 1
        ended[step.truncated] = TRUNCATED
        self.next_step += 1
        self.next_step[step.dones] = 0
        self.rows += 1

    @property
    def first_kept(self) -> int:
        """The number of the oldest row that is kept."""
        return max(self.rows - self.capacity, 0)

    def arrays(self) -> dict[str, Array]:
        """Return the ring arrays, by name."""
        return {name: getattr(self, name) for name in ("step", "done", "absorbing", "ended")}

    def clips(self, length: int, *, newest: int, history: int, absorbing: bool) -> Positions:
        """Return all whole clips among the newest steps.

        Args:
            length: steps of a clip; an episode that is shorter is one clip.
            newest: number of newest steps among which the clips lie.
            history: number of steps before a clip that must be kept as well, as far as its episode
                has them.
            absorbing: whether the clips start on an absorbing step; False: none of them does.
        """
        oldest = max(self.first_kept, self.rows - -(-newest // self.n_envs))
        rows = np.arange(oldest, self.rows)
        step = self.step[rows % self.capacity].astype(np.int64)
        steps = np.minimum(step + 1, length)
        first = rows[:, None] - steps + 1
        reach = first - np.minimum(step - steps + 1, history)
        complete = (step + 1 >= length) | self.done[rows % self.capacity]
        env = np.broadcast_to(np.arange(self.n_envs), first.shape)
        wanted = self.absorbing[first % self.capacity, env] == absorbing
        found = complete & wanted & (reach >= self.first_kept) & (first >= oldest)
        return Positions(env[found].copy(), first[found], steps[found])

    def cut_short(
        self, n: int, length: int, rng: np.random.Generator, *, newest: int, history: int
    ) -> Positions:
        """Draw up to ``n`` clips that begin less than ``length`` steps before an end.

        The arguments are as in `clips`.
        """
        oldest = max(self.first_kept, self.rows - -(-newest // self.n_envs))
        ended = self.ended[np.arange(oldest, self.rows) % self.capacity] == TERMINATED
        row, env = np.argwhere(ended).T
        if not len(row) or length < 2:
            return Positions(env, row, row)
        drawn = rng.integers(len(row), size=n)
        last, env = row[drawn] + oldest, env[drawn]
        step = self.step[last % self.capacity, env].astype(np.int64)
        steps = 1 + rng.integers(np.minimum(step + 1, length - 1))
        first = last - steps + 1
        reach = first - np.minimum(step - steps + 1, history)
        kept = (reach >= self.first_kept) & (first >= oldest)
        return Positions(env[kept], first[kept], steps[kept])

    def show_end(self, clips: Positions) -> npt.NDArray[np.bool_]:
        """Return ``(n,)`` bool: in which clips an episode terminates, or is over."""
        at = ((clips.first + clips.length - 1) % self.capacity, clips.env)
        return np.asarray(self.absorbing[at] | (self.ended[at] == TERMINATED))

    def steps_before(self, clips: Positions) -> npt.NDArray[np.int32]:
        """Return ``(n,)``, the number of steps of its episode before each clip."""
        return self.step[clips.first % self.capacity, clips.env]

    def end(self, env: int, rows: Array) -> tuple[str | None, int | None]:
        """Return why and at which of these rows the episode ended, -1 if before the first one."""
        if self.absorbing[rows[0] % self.capacity, env]:
            began = rows[0] - self.step[rows[0] % self.capacity, env]
            earlier = np.arange(max(began, self.first_kept), rows[0])
            known = self.ended[earlier % self.capacity, env]
            return REASONS[known.max(initial=TERMINATED)], -1
        ended = self.ended[rows % self.capacity, env]
        at = np.flatnonzero(ended)
        return (REASONS[ended[at[0]]], int(at[0])) if len(at) else (None, None)

    def begin_episodes(self, envs: slice) -> None:
        """Let the next step begin a new episode in these environments."""
        self.next_step[envs] = 0
