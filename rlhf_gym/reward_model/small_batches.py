"""The learned reward of a few steps in numpy, where small tensors cost far more."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rlhf_gym.reward_model.networks import SLOPE, RewardNetworks

__all__ = ["SmallBatches"]

Floats = npt.NDArray[np.float32]

_SLOPE = np.float32(SLOPE)


class SmallBatches:
    """A copy of an ensemble of MLPs as it is now, with its normalisation folded into its weights.

    Args:
        networks: the ensemble, without images, on the CPU, of at least one hidden layer.
        offset: ``(members, 1)``, subtracted from each member's reward.
        scale: ``(members, 1)``, by which each member's reward is then divided.
    """

    def __init__(self, networks: RewardNetworks, offset: Tensor, scale: Tensor) -> None:
        (weight, bias), *middle, (last_weight, last_bias) = networks.linear()
        self._mean, self._std = _array(networks.mean).copy(), _array(networks.std).copy()
        self._clip = networks.clip_inputs
        if self._clip == math.inf:
            weight = weight / self._std[:, None]
            bias = bias - (self._mean @ weight)[:, None]
        self._members = networks.members
        self._first = (_join(weight), _join(bias))
        self._middle = middle
        each_offset, each_scale = _array(offset), _array(scale)
        share = self._members * each_scale[:, :, None]
        self._last = (last_weight / share).reshape(-1)
        self._constant = ((last_bias[:, 0] - each_offset) / each_scale).mean()

    def __call__(self, vector: Floats) -> Floats:
        """Return the normalised rewards ``(n,)`` of inputs ``(n, features)``."""
        n = len(vector)
        if self._clip < math.inf:
            vector = np.clip((vector - self._mean) / self._std, -self._clip, self._clip)
        hidden = _leaky(np.matmul(vector, self._first[0]), self._first[1])
        hidden = hidden.reshape(n, self._members, -1).transpose(1, 0, 2)
        for weight, bias in self._middle:
            hidden = _leaky(np.matmul(hidden, weight), bias)
        return np.asarray(hidden.transpose(1, 0, 2).reshape(n, -1) @ self._last + self._constant)


def _leaky(x: Floats, bias: Floats) -> Floats:
    """Add a bias, in place, and apply the leaky ReLU."""
    x += bias
    np.maximum(x, _SLOPE * x, out=x)
    return x


def _array(tensor: Tensor) -> Floats:
    return tensor.detach().numpy()


def _join(each: Floats) -> Floats:
    """Reshape ``(members, a, b)`` to ``(a, members * b)``."""
    return np.ascontiguousarray(each.transpose(1, 0, 2).reshape(each.shape[1], -1))
