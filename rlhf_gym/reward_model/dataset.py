"""PreferenceDataset: labelled pairs of clips as tensors, and which member learns from which."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.inputs import Inputs, InputSpec
from rlhf_gym.reward_model.tables import ImageTable, Table

__all__ = ["PreferenceDataset"]


class PreferenceDataset:
    """The queries that have a label, ready for fitting.

    Each member learns from its own bootstrap sample: a query counts for it as often as drawn from
    a Poisson distribution of mean 1, and the queries drawn zero times (a share of 1/e, as held out
    by Christiano et al. 2017) are that member's held-out set. Of several members at least one
    learns from each query. The draw depends on the seed and the query's id only, so that a query
    stays on its side of the split for ever.
    """

    def __init__(self, spec: InputSpec, members: int, seed: int, device: torch.device) -> None:
        self._spec, self._members, self._seed, self._device = spec, members, seed, device
        self._rows: dict[int, int] = {}
        self._labels: list[float] = []
        self._weights: list[Tensor] = []
        self._vectors = Table((spec.features,), torch.float32, device)
        self._images = [ImageTable(shape, device) for shape in spec.images]
        self._clips = Table((2, 2), torch.int64, device)  # first step and length of both clips
        self.longest = 0
        """Steps of the longest clip."""

    def __len__(self) -> int:
        """Return the number of labelled queries."""
        return len(self._labels)

    @property
    def nbytes(self) -> int:
        """The memory of the clips in bytes."""
        return self._vectors.nbytes + sum(table.nbytes for table in self._images)

    def update(self, labels: Mapping[int, float | None], queries: Mapping[int, Query]) -> None:
        """Take in new and changed labels; None takes a label back.

        Args:
            labels: the label of each query id: probability that the first clip is better.
            queries: the queries of the ids that are new.
        """
        for id_, label in labels.items():
            if id_ in self._rows:
                self._labels[self._rows[id_]] = float("nan") if label is None else label
            elif label is not None:
                self._append(queries[id_], label)

    def _append(self, query: Query, label: float) -> None:
        self._rows[query.id] = len(self._labels)
        self._labels.append(label)
        rng = np.random.default_rng([self._seed, query.id])
        weights = rng.poisson(1.0, self._members)
        if self._members > 1 and not weights.any():
            weights[rng.integers(self._members)] = 1
        self._weights.append(torch.from_numpy(weights.astype(np.float32)))
        self._clips.append(torch.tensor([[self._store(clip) for clip in query.clips]]))

    def _store(self, clip: Clip) -> tuple[int, int]:
        """Store the steps of a clip; returns where they begin, and how many they are."""
        inputs = self._spec.encode(clip.transitions)
        for table, images in zip(self._images, inputs.images, strict=True):
            table.append(images)
        length = len(inputs.vector)
        self.longest = max(self.longest, length)
        return self._vectors.append(inputs.vector), length

    @property
    def labels(self) -> Tensor:
        """The labels ``(n,)`` float32, NaN where one was taken back."""
        return torch.tensor(self._labels, dtype=torch.float32, device=self._device)

    @property
    def weights(self) -> Tensor:
        """How often each query counts for each member, ``(members, n)``."""
        return torch.stack(self._weights, dim=1).to(self._device)

    def batch(self, chosen: Tensor) -> tuple[Inputs, Tensor]:
        """Return the clips of some queries, padded to one length by steps that do not count.

        Args:
            chosen: ``(n,)``, their numbers in the order in which they came, from 0.

        Returns:
            inputs with leading axes ``(n, 2, length)`` and a mask ``(n, 2, length)`` of the steps
            that count.
        """
        return self._taken(chosen, torch.arange(self.longest, device=self._device))

    def sampled_batch(
        self, chosen: Tensor, most: int, rng: np.random.Generator
    ) -> tuple[Inputs, Tensor]:
        """Return at most ``most`` steps of each clip: one of each part counts for all of it.

        Neighbouring steps are much alike, so that the return of a clip is estimated by few of them,
        without bias: in its mean it is that of all steps.

        Args:
            chosen: as in `batch`.
            most: steps of a clip.
            rng: draws a step of each part.

        Returns:
            as `batch`, with the number of steps for which each counts in place of the mask.
        """
        if self.longest <= most:
            return self.batch(chosen)
        part = -(-self._clips[chosen][..., 1] // most)  # its steps, in each clip
        place = torch.from_numpy(rng.random((*part.shape, most))).to(self._device)
        steps = ((torch.arange(most, device=self._device) + place) * part[..., None]).long()
        inputs, within = self._taken(chosen, steps)
        return inputs, within * part[..., None]

    def _taken(self, chosen: Tensor, steps: Tensor) -> tuple[Inputs, Tensor]:
        """Return these steps of the clips of some queries, and a mask of those within a clip."""
        first, length = self._clips[chosen].unbind(dim=2)
        within = steps < length[..., None]
        rows = first[..., None] + torch.where(within, steps, 0)
        inputs = Inputs(self._vectors[rows], tuple(table[rows] for table in self._images))
        return inputs, within.float()
