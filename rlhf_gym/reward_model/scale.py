"""RewardScale: the scale of a learned reward, which labels leave open; and that of inputs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rlhf_gym.clips.observations import Array

__all__ = ["RewardScale", "standardisation"]

SMALLEST_DEVIATION = 1e-3
"""Deviation of a reward or an input below which it counts as constant."""


class RewardScale:
    """Offset and scale of each member's reward, and the one reward of all absorbing steps.

    Labels compare clips of one length, so they determine a reward only up to a constant, and with
    noise up to a factor. An agent needs both to stay where they are.

    Attributes:
        offset: ``(members, 1)``, subtracted from each member's reward.
        scale: ``(members, 1)``, by which it is then divided.
        absorbing: ``()``, the reward of each absorbing step; NaN: as the members predict.
    """

    def __init__(self, members: int, device: torch.device) -> None:
        self.offset = torch.zeros(members, 1, device=device)
        self.scale = torch.ones(members, 1, device=device)
        self.absorbing = torch.full((), torch.nan, device=device)

    def each(self, raw: Tensor) -> Tensor:
        """Return the normalised rewards of each member, ``(members, n)`` as the raw ones."""
        return (raw - self.offset) / self.scale

    def normalise(self, raw: Tensor, anchor: Tensor | None = None) -> None:
        """Give each member's reward mean 0 and deviation 1 over these steps ``(members, n)``.

        With an ``anchor`` ``(members, m)``, the mean of these rewards becomes 0 in place of the
        steps', of which the root mean square becomes 1.
        """
        self.offset = (raw if anchor is None else anchor).mean(dim=1, keepdim=True)
        beside = raw - self.offset
        if anchor is None:
            size = beside.std(dim=1, keepdim=True)
        else:
            size = beside.square().mean(dim=1, keepdim=True).sqrt()
        self.scale = size.clamp(min=SMALLEST_DEVIATION)

    def shift_to_zero(self, raw: Tensor) -> None:
        """Shift each member's reward so that its mean over these absorbing steps is 0.

        They are then predicted as others are.
        """
        self.offset = raw.mean(dim=1, keepdim=True)
        self.absorbing.fill_(torch.nan)

    def level_absorbing(self, reward: float) -> None:
        """Give each absorbing step this reward from now on."""
        self.absorbing.fill_(reward)

    def with_absorbing(
        self, rewards: npt.NDArray[np.float32], absorbing: Array
    ) -> npt.NDArray[np.float32]:
        """Replace the rewards of absorbing steps, in place, and return all ``(n,)``."""
        if absorbing.any():
            level = self.absorbing.item()
            if not math.isnan(level):
                rewards[absorbing] = level
        return rewards

    def state(self) -> dict[str, Tensor]:
        """Return the tensors that are in use, by the names that they have in files."""
        return {"offset": self.offset, "scale": self.scale, "after_end": self.absorbing}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take over copies of what `state` gave."""
        device = self.offset.device
        self.offset = state["offset"].to(device, copy=True)
        self.scale = state["scale"].to(device, copy=True)
        self.absorbing = state["after_end"].to(device, copy=True)


def standardisation(vector: Tensor, flags: int) -> tuple[Tensor, Tensor]:
    """Return mean and deviation ``(features,)`` of vector inputs ``(n, features)``.

    Args:
        vector: the inputs.
        flags: number of features, the last ones, that say that something rare has happened, such
            as the end of the episode. Standardised, they would lie far from everything else: they
            stay as they are.

    >>> mean, deviation = standardisation(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), flags=0)
    >>> mean.tolist(), [round(each, 3) for each in deviation.tolist()]
    ([2.0, 5.0], [1.414, 1.0])
    """
    mean, deviation = vector.mean(dim=0), vector.std(dim=0)
    constant = deviation < SMALLEST_DEVIATION
    deviation = torch.where(constant, torch.ones_like(deviation), deviation)
    if flags:
        mean[-flags:], deviation[-flags:] = 0.0, 1.0
    return mean, deviation
