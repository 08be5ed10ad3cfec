"""Choosing queries: which pairs of clips to ask about next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.buffer import RECENT as NEWEST
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.feedback.query import Query
from rlhf_gym.queries.candidates import Candidates, PredictReturns
from rlhf_gym.queries.strategies import Strategy, scores_of, strategy_named

__all__ = ["choose_queries"]

OVERSAMPLE = 10
"""Candidates for each query that is wanted."""
RECENT, RECENT_CLIPS = 4096, 4
"""The newest steps, or clips of each environment if that is more: what the agent does now."""
NOTHING = 0.15
"""Share of the clips that are compared with absorbing steps, where terminals are valued.

In those nothing happens: is a clip better or worse than nothing? Without such queries a reward that
is a little too high for each step keeps the agent from ever terminating an episode.
"""


def choose_queries(
    buffer: ClipBuffer,
    n: int,
    rng: np.random.Generator,
    *,
    strategy: Strategy,
    predict_returns: PredictReturns | None = None,
    round: int = 0,
    drawable: bool = False,
    unlike: bool = False,
) -> Iterator[Query]:
    """Choose ``n`` pairs of clips from a buffer, and cut the clips of each when it is reached.

    All candidates (10 for each query) are scored in one batch; no pair is a clip and itself, and no
    pair is there twice. All are chosen when this returns, but the clips of many queries are never
    in memory together.

    Args:
        buffer: where the clips come from; no step may be added before the last query is reached.
        n: number of queries.
        rng: draws the candidates, the strategy's choice, and the clip that is shown on the left.
        strategy: the name of a strategy, or a `QueryStrategy`.
        predict_returns: the ensemble's learned returns; None in the first round.
        round: the round of asking and fitting, written into the queries.
        drawable: take only clips that can be drawn again.
        unlike: whether the pairs are of clips that differ much: clips of an untrained agent look
            alike, and a person can only guess between two of the same.

    Returns:
        ``n`` queries, or fewer, down to none, while the buffer has too few clips.

    Raises:
        ValueError: there is no strategy of that name, or it does not keep its contract.
    """
    name, choose = strategy_named(strategy)
    first, second = _candidates(buffer, OVERSAMPLE * n, rng, drawable)
    distinct = _distinct(first, second)
    if len(distinct) == 0:
        return iter(())
    first, second = first[distinct], second[distinct]
    about: dict[str, Any] = {"rng": rng, "predict_returns": predict_returns, "round": round}
    candidates = Candidates(buffer, first, second, n=n, **about)
    if unlike:
        clear = _most_unlike(candidates)
        first, second = first[clear], second[clear]
        candidates = Candidates(buffer, first, second, n=n, **about)
    scores = scores_of(name, choose(candidates), candidates)
    if not candidates.learned and scores.chosen is None and not np.ptp(scores.values):
        name = "uniform"  # nothing told the candidates apart
    best = scores.best(n).tolist()
    left = rng.integers(2, size=len(best)).tolist()
    return (
        Query(
            clips=(buffer.clip(first[i : i + 1]), buffer.clip(second[i : i + 1])),
            strategy=name,
            score=float(scores.values[i]),
            left=side,
            round=round,
        )
        for i, side in zip(best, left, strict=True)
    )


def _most_unlike(candidates: Candidates) -> npt.NDArray[np.intp]:
    """Return the half of the pairs whose clips differ most, in their order.

    What counts is how long an episode goes on in each clip, then what is seen and done in the mean.
    """
    first, second = (
        (clips.mask & ~clips.transitions.absorbing).sum(axis=1) for clips in candidates.clips
    )
    half = np.array_split(candidates.features, 2, axis=1)
    seen = np.linalg.norm(half[0] - half[1], axis=1)
    most = np.lexsort((-seen, -abs(first - second)))
    return np.sort(most[: max(len(most) // 2, min(candidates.n, len(most)))])


def _candidates(
    buffer: ClipBuffer, pairs: int, rng: np.random.Generator, drawable: bool
) -> tuple[Positions, Positions]:
    """Draw pairs of clips near the present policy, of which every other one looks back.

    A reward that is right only about what the agent did long ago misleads it now; a reward that is
    right only about what it does now lets it forget why it abandoned the old behaviour (Hu
    et al. 2023).
    """
    draw = partial(buffer.positions, pairs, rng, drawable=drawable)
    recent = min(max(RECENT, RECENT_CLIPS * buffer.clip_length * buffer.n_envs), NEWEST)
    first = draw(newest=recent)
    if len(first) == 0:  # all recent steps are absorbing
        return draw(), draw()
    looks_back = np.arange(pairs) % 2 == 1
    second = draw().where(looks_back, draw(newest=recent))
    if buffer.valued_terminals:
        nothing = draw(absorbing=True)
        if len(nothing):
            second = nothing.where(rng.random(pairs) < NOTHING, second)
    return first, second


def _distinct(first: Positions, second: Positions) -> npt.NDArray[np.intp]:
    """Return the indices of pairs of two different clips; of equal pairs only the first.

    Pairs are equal in either order.
    """
    envs = 1 + max(first.env.max(initial=0), second.env.max(initial=0))
    pair = np.sort([first.first * envs + first.env, second.first * envs + second.env], axis=0)
    index = np.unique(pair, axis=1, return_index=True)[1]
    return np.sort(index[pair[0, index] != pair[1, index]])
