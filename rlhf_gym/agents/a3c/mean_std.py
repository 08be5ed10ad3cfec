"""The running statistics of VecNormalize in shared memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3.common.running_mean_std import RunningMeanStd
from torch import Tensor

from rlhf_gym.agents.a3c.shared_memory import shared

__all__ = ["SharedMeanStd"]

Floats = npt.NDArray[np.float64]


class SharedMeanStd(RunningMeanStd):
    """`RunningMeanStd` that several processes update at once, without locks and exactly.

    Each process writes into a part of its own; whoever reads takes all parts together.

    Args:
        statistics: where it begins.
        n_parts: how many processes may update it.

    Attributes:
        part: the one that this process writes into, from 0.
    """

    def __init__(self, statistics: RunningMeanStd, n_parts: int) -> None:
        shape = (n_parts, *statistics.mean.shape)
        self._means, self._vars, self._counts = _zeros(shape), _zeros(shape), _zeros((n_parts,))
        self.part = 0
        self._write(statistics)

    @property
    def n_parts(self) -> int:
        """How many processes may update it."""
        return len(self._counts)

    @property
    def count(self) -> float:  # type: ignore[override]
        """The number of samples."""
        return float(self._counts.sum())

    @property
    def mean(self) -> Floats:  # type: ignore[override]
        """The mean of all samples."""
        return _weighted(self._counts.numpy(), self._means.numpy())

    @property
    def var(self) -> Floats:  # type: ignore[override]
        """The variance of all samples: within the parts and between them."""
        means = self._means.numpy()
        return _weighted(self._counts.numpy(), self._vars.numpy() + (means - self.mean) ** 2)

    def update_from_moments(self, batch_mean: Any, batch_var: Any, batch_count: float) -> None:
        """Add samples of which the moments are known to the part of this process."""
        own = RunningMeanStd(float(self._counts[self.part]))
        own.mean, own.var = self._means.numpy()[self.part], self._vars.numpy()[self.part]
        own.update_from_moments(batch_mean, batch_var, batch_count)
        self._write(own)

    def _write(self, own: RunningMeanStd) -> None:
        self._means.numpy()[self.part] = own.mean
        self._vars.numpy()[self.part] = own.var
        self._counts.numpy()[self.part] = own.count


def _weighted(counts: Floats, values: Floats) -> Floats:
    return np.asarray(np.tensordot(counts / counts.sum(), values, 1))


def _zeros(shape: tuple[int, ...]) -> Tensor:
    return shared(torch.zeros(shape, dtype=torch.float64))
