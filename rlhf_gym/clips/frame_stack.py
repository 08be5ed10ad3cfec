"""FrameStack: stacked image observations repeat each other, so each frame is stored once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rlhf_gym.clips.observations import Array

__all__ = ["FrameStack"]


@dataclass(frozen=True)
class FrameStack:
    """How observations are stacked, as stable-baselines3's VecFrameStack stacks them.

    Attributes:
        size: frames in a stack, the newest last.
        axis: axis of an observation (without the batch) along which they are stacked.
    """

    size: int
    axis: int

    @property
    def history(self) -> int:
        """The number of frames that an observation shows before the newest one."""
        return self.size - 1

    def newest(self, stacked: Array, batch: int = 0) -> Array:
        """Return the newest frame of observations with ``batch`` leading axes.

        >>> FrameStack(3, axis=0).newest(np.array([[1], [2], [3]])).tolist()
        [[3]]
        """
        axis = self.axis % (stacked.ndim - batch) + batch
        width = stacked.shape[axis] // self.size
        return stacked[(slice(None),) * axis + (slice(-width, None),)]

    def after(self, stacked: Array, newest: Array, batch: int) -> Array:
        """Return observations with ``batch`` leading axes and one frame more, the oldest left out.

        >>> FrameStack(3, axis=0).after(np.array([1, 2, 3]), np.array([4]), batch=0).tolist()
        [2, 3, 4]
        """
        axis = self.axis % (stacked.ndim - batch) + batch
        newer = stacked[(slice(None),) * axis + (slice(newest.shape[axis], None),)]
        return np.concatenate([newer, newest], axis=axis)

    def restack(self, ring: Array, rows: Array, env: Array, step: Array) -> Array:
        """Return observations, built from the frames that were stored.

        Args:
            ring: ``(capacity, n_envs, *frame)``.
            rows: number of the row of each observation, of any shape.
            env: its environment.
            step: its step in the episode; frames from before the episode are zero.
        """
        frames = []
        for back in range(self.size - 1, -1, -1):
            frame = ring[(rows - back) % len(ring), env]
            frame[step < back] = 0
            frames.append(frame)
        axis = self.axis % (frames[0].ndim - rows.ndim) + rows.ndim
        return np.concatenate(frames, axis=axis)
