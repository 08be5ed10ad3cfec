"""Fitting: the gradient steps that bring an ensemble of reward networks nearer to the labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from rlhf_gym.reward_model.dataset import JudgedQueries
from rlhf_gym.reward_model.inputs import Inputs
from rlhf_gym.reward_model.likelihoods import (
    cross_entropy,
    cross_entropy_floor,
    preference_probability,
)
from rlhf_gym.reward_model.networks import RewardNetworks
from rlhf_gym.reward_model.settings import RewardModelSettings

__all__ = ["Fitting"]

CHECK_EVERY, PATIENCE = 10, 2
"""Gradient steps between two looks at the losses, and rises of the held-out loss that end a fit."""
EVALUATED = 64
"""Judged queries on which the losses are looked at."""
TOLERANCE = 0.02
"""A training loss so near its floor, as a share of it, has nothing left to learn."""
MAX_WEIGHT_DECAY, LEAST_WEIGHT_DECAY = 1.0, 1e-3
"""Bounds of the adaptive L2 regularisation; the lower one is a share of where it starts."""


class Fitting:
    """Fits an ensemble of reward networks to judged queries (Christiano et al. 2017, 2.2.3).

    Args:
        networks: the ensemble.
        settings: of the fit.
        chunk: steps in one forward pass at most, where no gradient is wanted.
        rng: the randomness: the order of the batches.
    """

    def __init__(
        self,
        networks: RewardNetworks,
        settings: RewardModelSettings,
        chunk: int,
        rng: np.random.Generator,
    ) -> None:
        self.networks, self.settings, self.rng = networks, settings, rng
        self._chunk = chunk
        self.optimizer = self._new_optimizer(settings.weight_decay)

    def _new_optimizer(self, weight_decay: float) -> torch.optim.AdamW:
        return torch.optim.AdamW(
            self.networks.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=weight_decay,
            fused=True,
        )

    def fit(self, judged: JudgedQueries, updates: int) -> int:
        """Fit the ensemble to all judged queries; returns the gradient steps taken.

        Goes on from the present weights, and stops early when nothing is left to learn: the
        training loss is at its floor, or (if ``adaptive``) the held-out loss has risen twice in a
        row. The L2 regularisation grows while the held-out loss is more than 1.5 times the training
        loss and shrinks while it is less than 1.1 times (Christiano et al. 2017, section 2.2.3).

        Args:
            judged: the queries, with their labels.
            updates: gradient steps at most.
        """
        known = torch.nonzero(~judged.labels.isnan()).squeeze(1)
        if len(known) == 0:
            return 0
        if self.settings.anew:
            self.networks.begin_anew(self.rng)
            self.optimizer = self._new_optimizer(self.optimizer.param_groups[0]["weight_decay"])
        labels, weights = judged.labels, judged.weights
        floor = cross_entropy_floor(labels[known])
        batches = self._batches(known, self.settings.batch_size)
        taken = rises = 0
        some = next(self._batches(known, EVALUATED))
        looked_at = (judged, some, labels[some], weights[:, some])
        train, held_out = self._evaluate(*looked_at)
        while taken < updates and rises < PATIENCE:
            if train < floor * (1 + TOLERANCE):
                break
            for _ in range(min(CHECK_EVERY, updates - taken)):
                chosen = next(batches)
                self._update(judged.batch(chosen), labels[chosen], weights[:, chosen])
                taken += 1
            before = held_out
            train, held_out = self._evaluate(*looked_at)
            rises = rises + 1 if self.settings.adaptive and held_out > before else 0
        if self.settings.adaptive:
            self._regularise(held_out / train)
        return taken

    def _batches(self, rows: Tensor, size: int) -> Iterator[Tensor]:
        """Endless random batches of ``rows``; every row once before any again."""
        n = len(rows)
        size = min(size, n)
        while True:
            order = rows[torch.from_numpy(self.rng.permutation(n)).to(rows.device)]
            for start in range(0, n - size + 1, size):
                yield order[start : start + size]

    def _update(self, batch: tuple[Inputs, Tensor], labels: Tensor, weights: Tensor) -> None:
        """One gradient step of all members."""
        with self._training():
            loss = cross_entropy(self._probabilities(*batch), labels)
        mean = (loss * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(mean.sum())
        self.optimizer.step()

    @contextmanager
    def _training(self) -> Iterator[None]:
        """Where batches are normalised and outputs left out, as the fit's own randomness has it."""
        if not (self.settings.batch_norm or self.settings.dropout):
            yield
            return
        with torch.random.fork_rng():
            torch.manual_seed(int(self.rng.integers(2**63)))
            self.networks.train()
            try:
                yield
            finally:  # or an interrupted fit leaves a reward that changes from call to call
                self.networks.eval()

    @torch.no_grad()
    def _evaluate(
        self, judged: JudgedQueries, chosen: Tensor, labels: Tensor, weights: Tensor
    ) -> tuple[float, float]:
        """Mean training loss and mean held-out loss of the members (NaN where none is held out)."""
        loss = cross_entropy(self.probabilities(judged, chosen), labels)
        train = (loss * weights).sum() / weights.sum()
        return train.item(), loss[weights == 0].mean().item()

    def _regularise(self, ratio: float) -> None:
        """Adapt the L2 regularisation to held-out loss / training loss."""
        group = self.optimizer.param_groups[0]
        if ratio > 1.5:
            group["weight_decay"] = min(group["weight_decay"] * 1.5, MAX_WEIGHT_DECAY)
        elif ratio < 1.1:
            least = self.settings.weight_decay * LEAST_WEIGHT_DECAY
            group["weight_decay"] = max(group["weight_decay"] / 1.5, least)

    def probabilities(self, judged: JudgedQueries, chosen: Tensor) -> Tensor:
        """As `_probabilities`, for any number of queries: not more of them at once than fit."""
        parts = torch.split(chosen, max(self._chunk // (2 * judged.longest), 1))
        return torch.cat([self._probabilities(*judged.batch(part)) for part in parts], dim=1)

    def _probabilities(self, inputs: Inputs, mask: Tensor) -> Tensor:
        """Probability ``(members, n)`` that the first clip is preferred, for ``n`` queries."""
        rewards = self.networks(_flatten(inputs)).reshape(-1, *mask.shape)
        returns = (rewards * mask).sum(dim=3)
        return preference_probability(returns[..., 0], returns[..., 1])


def _flatten(inputs: Inputs) -> Inputs:
    """Merge the leading axes ``(n, 2, length)``."""
    return Inputs(
        inputs.vector.flatten(0, 2), tuple(image.flatten(0, 2) for image in inputs.images)
    )
