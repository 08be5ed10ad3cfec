"""Fitting: the gradient steps that bring an ensemble of reward networks nearer to the labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from rlhf_gym.reward_model.dataset import PreferenceDataset
from rlhf_gym.reward_model.filled_in import FilledIn
from rlhf_gym.reward_model.inputs import Inputs
from rlhf_gym.reward_model.likelihoods import Likelihood, answer_probability, loss_floor
from rlhf_gym.reward_model.networks import RewardNetworks

__all__ = ["Fitting"]

CHECK_EVERY, PATIENCE = 10, 2
"""Gradient steps between two evaluations, and rises of the held-out loss that end a fit."""
EVALUATED = 64
"""Labelled queries on which the losses are evaluated."""
TOLERANCE = 0.02
"""Share of its floor within which a training loss has nothing left to learn."""
GRADIENT_PIXELS = 1_500_000
"""Pixels of images for which the gradient is computed at once; each takes some 150 bytes."""
MAX_WEIGHT_DECAY, LEAST_WEIGHT_DECAY = 1.0, 1e-3
"""Bounds of the adaptive L2 regularisation; the lower one is a share of where it starts."""


class Fitting:
    """Fits an ensemble of reward networks to labelled queries (Christiano et al. 2017, 2.2.3).

    Args:
        networks: the ensemble.
        settings: of the fit.
        chunk: steps in one forward pass at most, where no gradient is wanted.
        rng: the randomness: the order of the batches.
        likelihood: of the labels.
    """

    def __init__(
        self,
        networks: RewardNetworks,
        settings: FilledIn,
        chunk: int,
        rng: np.random.Generator,
        likelihood: Likelihood,
    ) -> None:
        self.networks, self.settings, self.rng = networks, settings, rng
        self.likelihood = likelihood
        self._chunk = chunk
        self.optimizer = self._new_optimizer(settings.weight_decay)

    def _new_optimizer(self, weight_decay: float) -> torch.optim.AdamW:
        return torch.optim.AdamW(
            self.networks.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=weight_decay,
            fused=True,
        )

    def fit(self, dataset: PreferenceDataset, updates: int) -> int:
        """Fit the ensemble to all labelled queries, and return the gradient steps taken.

        Goes on from the present weights, and stops early when nothing is left to learn: the
        training loss is at its floor, or (if ``adaptive``) the held-out loss has risen twice in a
        row. The L2 regularisation grows while the held-out loss is more than 1.5 times the training
        loss and shrinks while it is less than 1.1 times (Christiano et al. 2017, section 2.2.3).

        Args:
            dataset: the queries, with their labels.
            updates: gradient steps at most.
        """
        known = torch.nonzero(~dataset.labels.isnan()).squeeze(1)
        if len(known) == 0:
            return 0
        if self.settings.refit_from_scratch:
            self.networks.draw_weights(self.rng)
            self.optimizer = self._new_optimizer(self.optimizer.param_groups[0]["weight_decay"])
        labels, weights = dataset.labels, dataset.weights
        floor = loss_floor(self.likelihood, labels[known])
        batches = self._batches(known, self.settings.batch_size)
        taken = rises = 0
        some = next(self._batches(known, EVALUATED))
        looked_at = (dataset, some, labels[some], weights[:, some])
        train, held_out = self._evaluate(*looked_at)
        while taken < updates and rises < PATIENCE:
            if train < floor * (1 + TOLERANCE):
                break
            for _ in range(min(CHECK_EVERY, updates - taken)):
                chosen = next(batches)
                self._update(dataset, chosen, labels[chosen], weights[:, chosen])
                taken += 1
            before = held_out
            train, held_out = self._evaluate(*looked_at)
            rises = rises + 1 if self.settings.adaptive and held_out > before else 0
        if self.settings.adaptive:
            self._regularise(held_out / train)
        return taken

    def _batches(self, rows: Tensor, size: int) -> Iterator[Tensor]:
        """Yield endless random batches of ``rows``; every row comes once before any comes again."""
        n = len(rows)
        size = min(size, n)
        while True:
            order = rows[torch.from_numpy(self.rng.permutation(n)).to(rows.device)]
            for start in range(0, n - size + 1, size):
                yield order[start : start + size]

    def _update(
        self, dataset: PreferenceDataset, chosen: Tensor, labels: Tensor, weights: Tensor
    ) -> None:
        """Take a gradient step of all members.

        The gradients of a batch's parts add up to its own. Images are normalised within each part
        (ghost batches, Hoffer et al., "Train longer, generalize better", 2017).
        """
        self.optimizer.zero_grad(set_to_none=True)
        count = weights.sum(dim=1).clamp(min=1.0)
        for part in torch.split(torch.arange(len(chosen)), self._queries_at_once(dataset)):
            some = dataset.sampled_batch(chosen[part], self.settings.steps_per_clip, self.rng)
            with self._training():
                loss = -self.likelihood(self._returns(*some), labels[part])
            mean = (loss * weights[:, part]).sum(dim=1) / count
            torch.autograd.backward(mean.sum())
        self.optimizer.step()

    def _queries_at_once(self, dataset: PreferenceDataset) -> int:
        """Return for how many queries the gradient is computed at once."""
        pixels = self.networks.pixels
        if not pixels:
            return self.settings.batch_size
        return max(GRADIENT_PIXELS // (2 * dataset.longest * pixels), 1)

    @contextmanager
    def _training(self) -> Iterator[None]:
        """Normalise batches and drop outputs in this block, by the fit's own randomness."""
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
        self, dataset: PreferenceDataset, chosen: Tensor, labels: Tensor, weights: Tensor
    ) -> tuple[float, float]:
        """Return the mean training loss and the mean held-out loss (NaN without such labels)."""
        loss = -self.likelihood(self._returns_of(dataset, chosen), labels)
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

    def probabilities(self, dataset: PreferenceDataset, chosen: Tensor) -> Tensor:
        """Return the probability ``(members, n)`` that the first clip of each query is better."""
        return answer_probability(self.likelihood, self._returns_of(dataset, chosen))

    def _returns_of(self, dataset: PreferenceDataset, chosen: Tensor) -> Tensor:
        """Return what `_returns` does, for as many queries at once as fit into memory."""
        parts = torch.split(chosen, max(self._chunk // (2 * dataset.longest), 1))
        return torch.cat([self._returns(*dataset.batch(part)) for part in parts], dim=1)

    def _returns(self, inputs: Inputs, mask: Tensor) -> Tensor:
        """Return the learned returns ``(members, n, 2)`` of the clips of ``n`` queries."""
        rewards: Tensor = self.networks(_flatten(inputs))
        return (rewards.reshape(-1, *mask.shape) * mask).sum(dim=3)


def _flatten(inputs: Inputs) -> Inputs:
    """Merge the leading axes ``(n, 2, length)``."""
    return Inputs(
        inputs.vector.flatten(0, 2), tuple(image.flatten(0, 2) for image in inputs.images)
    )
