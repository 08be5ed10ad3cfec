"""ObservedRings: what was seen before and after the newest steps, in ring arrays."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.observations import Array, Observations, leaves, map_leaves, zeros_of
from rlhf_gym.clips.steps import Transitions

__all__ = ["ObservedRings"]


class ObservedRings:
    """Observations before each of the newest steps and, with ``keep_next``, after it.

    Rows are counted from the first ever, and row ``r`` lies at ``r % capacity``. Of stacked frames
    each is kept once.

    Attributes:
        capacity: number of rows that are kept.
        keeps_next: whether observations after the steps are kept.
        history: number of rows before a step from which its observation is rebuilt.
        bytes_a_step: bytes that one step of one environment takes.
    """

    def __init__(
        self,
        observation_space: gym.Space[object],
        n_envs: int,
        *,
        frame_stack: FrameStack | None,
        keep_next: bool,
    ) -> None:
        """Plan the rings; `allocate` makes them.

        Args:
            observation_space: of one environment.
            n_envs: number of environments.
            frame_stack: how frames are stacked, or None.
            keep_next: whether observations after the steps are kept.
        """
        self._stack, self._n_envs = frame_stack, n_envs
        example = zeros_of(observation_space)
        self._stored = map_leaves(frame_stack.newest, example) if frame_stack else example
        self.keeps_next = keep_next
        self.history = frame_stack.history if frame_stack else 0
        self.bytes_a_step = sum(leaf.nbytes for leaf in leaves(self._stored)) * (1 + keep_next)

    def allocate(self, capacity: int) -> None:
        """Make room for this number of rows."""
        self.capacity = capacity

        def ring(leaf: Array) -> Array:
            return np.zeros((capacity, self._n_envs, *leaf.shape), leaf.dtype)

        self._before = map_leaves(ring, self._stored)
        self._after = map_leaves(ring, self._stored) if self.keeps_next else None

    def add(self, row: int, number: Array, steps: Transitions) -> None:
        """Write what was seen before and after a step of all environments.

        Args:
            row: its row.
            number: ``(n_envs,)``, which step of its episode it is.
            steps: the step.

        Raises:
            ValueError: one of the first observations is no stack of frames, as it should be.
        """
        self._write(self._before, row, steps.observations)
        if self._after is not None:
            assert steps.next_observations is not None
            self._write(self._after, row, steps.next_observations)
        if self._stack is not None and row < 2 * self._stack.size:
            rows, envs = np.full(self._n_envs, row), np.arange(self._n_envs)
            rebuilt = leaves(self.before(rows, envs, number))
            if not all(map(np.array_equal, rebuilt, leaves(steps.observations))):
                raise ValueError(
                    f"observations are said to be stacks of {self._stack.size} frames, the newest "
                    "last and zeros before the episode, but they are not: leave frame_stack out "
                    "of the metadata of the environment"
                )

    def _write(self, rings: Observations, row: int, seen: Observations) -> None:
        for ring, leaf in zip(leaves(rings), leaves(seen), strict=True):
            ring[row % self.capacity] = self._stack.newest(leaf, batch=1) if self._stack else leaf

    def before(self, rows: Array, env: Array, number: Array) -> Observations:
        """Return copies of what was seen before steps; all arguments have one shape.

        Args:
            rows: their rows.
            env: their environments.
            number: which step of its episode each is.
        """
        stack = self._stack
        if stack is None:
            return map_leaves(lambda ring: ring[rows % self.capacity, env], self._before)
        return map_leaves(lambda ring: stack.restack(ring, rows, env, number), self._before)

    def after(self, rows: Array, env: Array, number: Array) -> Observations | None:
        """Return copies of what was seen after steps, or None; see `before`."""
        if self._after is None:
            return None
        newest: Any = map_leaves(lambda ring: ring[rows % self.capacity, env], self._after)
        if self._stack is None:
            return newest  # type: ignore[no-any-return]
        stacked: Any = self.before(rows, env, number)
        return self._stack.after(stacked, newest, batch=rows.ndim)

    def arrays(self) -> dict[str, Array]:
        """Return the ring arrays, by name."""
        named = {f"observations_{i}": leaf for i, leaf in enumerate(leaves(self._before))}
        if self._after is not None:
            named |= {f"next_observations_{i}": leaf for i, leaf in enumerate(leaves(self._after))}
        return named
