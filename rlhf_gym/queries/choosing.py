"""Choosing queries: which pairs of clips to ask about next."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.query import Query
from rlhf_gym.queries.strategies import (
    Floats,
    Strategy,
    check_strategy,
    disagreement,
    entropy,
    k_centre,
    summary,
)

__all__ = ["PredictReturns", "choose_queries"]

OVERSAMPLE = 10
RECENT, RECENT_CLIPS = 4096, 4
"""The newest steps, or clips of each environment if that is more: what the agent does now."""
NOTHING = 0.15
"""Where ends differ, this share of the clips is compared with one behind an end, in which nothing
happens: is it better or worse than nothing? Else a reward that is a little too high for each step
keeps the agent from ever coming to an end."""


class PredictReturns(Protocol):
    """Learned returns of padded clips, by each member of an ensemble."""

    def __call__(self, transitions: Transitions, mask: Array) -> Floats:
        """Steps and which of them count, of leading axes ``(n, length)`` -> ``(members, n)``."""


def choose_queries(
    buffer: ClipBuffer,
    n: int,
    rng: np.random.Generator,
    *,
    strategy: Strategy = "disagreement",
    predict_returns: PredictReturns | None = None,
    round: int = 0,
    newest: int = 100_000,
    drawable: bool = False,
) -> list[Query]:
    """Choose ``n`` pairs of clips from a buffer.

    All candidates (10 for each query) are scored in one batch; no pair is a clip and itself, and no
    pair is there twice. Without ``predict_returns`` (in the
    first round nothing is learned yet) pairs are uniform, or spread out if ``"diverse"``.

    Args:
        buffer: where the clips come from.
        n: number of queries.
        rng: the randomness: candidates, and which clip stands left.
        strategy: how candidates are scored.
        predict_returns: the ensemble's learned returns.
        round: written into the queries.
        newest: only clips among so many newest steps.
        drawable: only clips that can be drawn again.

    Returns:
        ``n`` queries, or fewer, down to none, while the buffer has too few clips.
    """
    check_strategy(strategy)
    if predict_returns is None and strategy != "diverse":
        strategy = "uniform"
    first, second = _candidates(buffer, OVERSAMPLE * n, rng, newest, drawable)
    distinct = _distinct(first, second)
    if len(distinct) == 0:
        return []
    first, second = first[distinct], second[distinct]
    chosen, score = _best(buffer, first, second, n, strategy, predict_returns)
    return [
        Query(
            clips=(buffer.clip(first[i : i + 1]), buffer.clip(second[i : i + 1])),
            strategy=strategy,
            score=float(score[i]),
            left=int(rng.integers(2)),
            round=round,
        )
        for i in chosen.tolist()
    ]


def _candidates(
    buffer: ClipBuffer, pairs: int, rng: np.random.Generator, newest: int, drawable: bool
) -> tuple[Positions, Positions]:
    """Pairs of clips near the present policy, of which every other one looks back.

    A reward that is right only about what the agent did long ago misleads it now; a reward that is
    right only about what it does now lets it forget why it left the old ways (Hu et al. 2023).
    """

    def draw(n: int, newest: int) -> Positions:
        return buffer.positions(n, rng, newest=newest, drawable=drawable)

    recent = max(RECENT, RECENT_CLIPS * buffer.clip_length * buffer.n_envs)
    first = draw(pairs, min(recent, newest))
    if len(first) == 0:  # all recent episodes are over and held
        return draw(pairs, newest), draw(pairs, newest)
    looks_back = np.arange(pairs) % 2 == 1
    second = draw(pairs, newest).where(looks_back, draw(pairs, min(recent, newest)))
    if buffer.valued_terminals:
        nothing = buffer.positions(pairs, rng, newest=newest, drawable=drawable, absorbing=True)
        if len(nothing):
            second = nothing.where(rng.random(pairs) < NOTHING, second)
    return first, second


def _distinct(first: Positions, second: Positions) -> npt.NDArray[np.intp]:
    """Indices of the pairs of two different clips; of equal pairs, in either order, the first."""
    envs = 1 + max(first.env.max(initial=0), second.env.max(initial=0))
    pair = np.sort([first.first * envs + first.env, second.first * envs + second.env], axis=0)
    index = np.unique(pair, axis=1, return_index=True)[1]
    return np.sort(index[pair[0, index] != pair[1, index]])


def _best(
    buffer: ClipBuffer,
    first: Positions,
    second: Positions,
    n: int,
    strategy: Strategy,
    predict_returns: PredictReturns | None,
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Indices of the ``n`` best candidate pairs, and the score of every one."""
    order, score = np.arange(len(first)), np.zeros(len(first))
    if strategy == "uniform":
        return order[:n], score
    batches = [buffer.batch(first), buffer.batch(second)]
    if predict_returns is not None:
        returns = [predict_returns(transitions, mask) for transitions, mask, _ in batches]
        rate = entropy if strategy == "entropy" else disagreement
        score = rate(returns[0] - returns[1]).astype(np.float64)
        order = np.argsort(-score, kind="stable")
    if strategy != "diverse":
        return order[:n], score
    best = order if predict_returns is None else order[: max(len(order) // 2, n)]
    features = np.concatenate([summary(transitions) for transitions, *_ in batches], axis=1)
    return best[k_centre(features[best], n)], score
