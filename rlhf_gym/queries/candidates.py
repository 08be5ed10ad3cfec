"""Candidates: pairs of clips of which a query strategy chooses some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.batches import AT_ONCE, parts_of
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.observations import Array, leaves
from rlhf_gym.clips.steps import Transitions

__all__ = ["Candidates", "ClipBatch", "Floats", "PredictReturns", "summary"]

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

MAX_FEATURES = 256
"""The most numbers of one observation that describe a clip."""


PredictReturns: TypeAlias = Callable[[Transitions, Array], Floats]
"""Learned returns ``(members, n)`` of ``n`` padded clips, by each member of an ensemble, from their
steps and which of those count, with leading axes ``(n, length)``."""


@dataclass(frozen=True, eq=False)
class ClipBatch:
    """Copies of many clips, padded to one length.

    Attributes:
        transitions: their steps, with leading axes ``(pairs, length)``.
        mask: ``(pairs, length)`` bool, the steps that count.
    """

    transitions: Transitions
    mask: npt.NDArray[np.bool_]


class Candidates:
    """Pairs of clips, and what a strategy may want to know of them.

    Nothing is copied or computed before it is first used. Indices of pairs run from 0 to
    ``len(candidates) - 1``; no pair is there twice.

    Attributes:
        n: number of queries that are wanted.
        rng: the randomness; draw from it, and a resumed run goes on as if it had not been stopped.
        round: the round of asking and fitting, from 0.
    """

    def __init__(
        self,
        buffer: ClipBuffer,
        first: Positions,
        second: Positions,
        *,
        n: int,
        rng: np.random.Generator,
        predict_returns: PredictReturns | None = None,
        round: int = 0,
    ) -> None:
        """Describe pairs of clips.

        Args:
            buffer: where the clips are.
            first: the first clip of each pair.
            second: the second clip of each pair.
            n: number of queries that are wanted.
            rng: the randomness.
            predict_returns: the ensemble's learned returns; None while nothing is learned.
            round: the round of asking and fitting.
        """
        self._buffer, self._positions = buffer, (first, second)
        self._predict_returns = predict_returns
        self.n, self.rng, self.round = n, rng, round

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self._positions[0])

    @property
    def learned(self) -> bool:
        """Whether there are learned returns."""
        return self._predict_returns is not None

    @cached_property
    def clips(self) -> tuple[ClipBatch, ClipBatch]:
        """The first and the second clip of each pair."""
        first, second = (self._buffer.batch(positions)[:2] for positions in self._positions)
        return ClipBatch(*first), ClipBatch(*second)

    @cached_property
    def returns(self) -> Floats:
        """``(2, members, pairs)``, the learned return of the first and the second clip.

        They are in the unit of preferences: the difference of two is the log-odds that the first
        clip is preferred.

        Raises:
            ValueError: nothing is learned yet, see `learned`.
        """
        predict = self._predict_returns
        if predict is None:
            raise ValueError("nothing is learned before the first round: look at learned first")
        return np.stack(
            [
                np.concatenate(
                    [predict(part.transitions, part.mask) for part in self._parts(side)], axis=1
                )
                for side in (0, 1)
            ]
        )

    @cached_property
    def return_difference(self) -> Floats:
        """``(members, pairs)``, the learned return of the first clip less that of the second.

        Raises:
            ValueError: nothing is learned yet, see `learned`.
        """
        first, second = self.returns
        return np.asarray(first - second)

    @cached_property
    def features(self) -> Floats:
        """``(pairs, d)`` float64, a description of both clips of each pair, see `summary`."""
        means = (
            np.concatenate([mean_steps(part.transitions) for part in self._parts(side)])
            for side in (0, 1)
        )
        return np.concatenate([standardised(each) for each in means], axis=1)

    def _parts(self, side: int) -> Iterator[ClipBatch]:
        """Yield the first (0) or second (1) clips, as many at a time as fit into memory."""
        parts = list(parts_of(self._buffer, self._positions[side], AT_ONCE))
        if len(parts) == 1:
            yield self.clips[side]
            return
        for part in parts:
            yield ClipBatch(*self._buffer.batch(part)[:2])


def summary(transitions: Transitions) -> Floats:
    """Describe each of ``n`` padded clips by its standardised mean step, ``(n, d)``."""
    return standardised(mean_steps(transitions))


def mean_steps(transitions: Transitions) -> Floats:
    """Return the mean step of each of ``n`` padded clips, ``(n, d)``."""
    parts = []
    for leaf in (*leaves(transitions.observations), transitions.actions):
        flat = leaf.reshape(*leaf.shape[:2], -1)
        stride = -(-flat.shape[2] // MAX_FEATURES)
        parts.append(flat[..., ::stride].mean(axis=1, dtype=np.float64))
    return np.concatenate(parts, axis=1)


def standardised(values: Floats) -> Floats:
    """Return the columns of ``values (n, d)``, each with mean 0 and deviation 1."""
    return np.asarray((values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9))
