"""The running statistics of VecNormalize in shared memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3.common.running_mean_std import RunningMeanStd
from torch import Tensor

from rlhf_gym.shared_memory import shared

__all__ = ["SharedMeanStd"]

Floats = npt.NDArray[np.float64]


class SharedMeanStd(RunningMeanStd):
    """`RunningMeanStd` that several processes update, without locks.

    A batch that two processes add at the same moment may be counted once.
    """

    def __init__(self, epsilon: float = 1e-4, shape: tuple[int, ...] = ()) -> None:
        self._mean, self._var, self._count = _zeros(shape), _zeros(shape), _zeros(())
        super().__init__(epsilon, shape)

    @classmethod
    def of(cls, statistics: RunningMeanStd) -> SharedMeanStd:
        """The same statistics in shared memory."""
        if isinstance(statistics, SharedMeanStd):
            return statistics
        same = cls(shape=statistics.mean.shape)
        same.mean, same.var, same.count = statistics.mean, statistics.var, statistics.count
        return same

    @property
    def mean(self) -> Floats:
        """The mean; written in place."""
        return np.asarray(self._mean.numpy())

    @mean.setter
    def mean(self, mean: Any) -> None:
        self._mean.numpy()[...] = mean

    @property
    def var(self) -> Floats:
        """The variance; written in place."""
        return np.asarray(self._var.numpy())

    @var.setter
    def var(self, var: Any) -> None:
        self._var.numpy()[...] = var

    @property
    def count(self) -> float:
        """The number of samples; written in place."""
        return float(self._count)

    @count.setter
    def count(self, count: float) -> None:
        self._count.fill_(count)


def _zeros(shape: tuple[int, ...]) -> Tensor:
    return shared(torch.zeros(shape, dtype=torch.float64))
