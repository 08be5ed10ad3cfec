"""Which clips to ask about next, and when: query strategies and label schedules."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from rlhf_gym.clip_buffer import ClipBuffer
from rlhf_gym.clip_positions import Positions
from rlhf_gym.clips import After, Array, Observations, leaves
from rlhf_gym.judgements import Query, Strategy

__all__ = ["Schedule", "check_schedule", "check_strategy", "choose_queries", "label_target"]

STRATEGIES: tuple[Strategy, ...] = ("uniform", "disagreement", "entropy", "diverse")

Schedule: TypeAlias = "Literal['hyperbolic', 'constant'] | Callable[[float], float]"
"""When labels are asked for: a name, or the share of all labels wanted at a share of training."""

OVERSAMPLE = 10
RECENT, RECENT_CLIPS = 4096, 4
"""The newest steps, or clips of each environment if that is more: what the agent does now."""
HYPERBOLIC_HALF = 0.1
MAX_FEATURES = 256
NOTHING = 0.15
"""Where ends differ, this share of the clips is compared with one behind an end, in which nothing
happens: is it better or worse than nothing? Else a reward that is a little too high for each step
keeps the agent from ever coming to an end."""

Floats: TypeAlias = npt.NDArray[np.floating[Any]]


class PredictReturns(Protocol):
    """Learned returns of padded clips, by each member of an ensemble."""

    def __call__(
        self,
        observations: Observations,
        actions: Array,
        mask: Array,
        after: After | None,
    ) -> Floats:
        """``(n, length, *obs)``, ``(n, length, *act)``, ``(n, length)`` -> ``(members, n)``."""


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
    if buffer.ends_differ:
        nothing = buffer.positions(pairs, rng, newest=newest, drawable=drawable, held=True)
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
        returns = [predict_returns(obs, act, mask, after) for obs, act, after, _, mask in batches]
        rate = entropy if strategy == "entropy" else disagreement
        score = rate(returns[0] - returns[1]).astype(np.float64)
        order = np.argsort(-score, kind="stable")
    if strategy != "diverse":
        return order[:n], score
    best = order if predict_returns is None else order[: max(len(order) // 2, n)]
    features = np.concatenate([summary(obs, act) for obs, act, *_ in batches], axis=1)
    return best[k_centre(features[best], n)], score


def disagreement(return_difference: Floats) -> Floats:
    """Variance over the members of the predicted preference (Christiano et al. 2017, 2.2.4).

    Args:
        return_difference: ``(members, n)``, learned return of the first clip less the second's.

    Returns:
        ``(n,)``, between 0 (all agree) and 1/4.

    >>> disagreement(np.array([[0.0, 50.0], [0.0, -50.0]])).round(3)
    array([0.  , 0.25])
    """
    return np.asarray(_sigmoid(return_difference).var(axis=0))


def entropy(return_difference: Floats) -> Floats:
    """Entropy of the mean predicted preference, in nats, ``(members, n) -> (n,)``.

    >>> entropy(np.array([[0.0, 50.0]])).round(3)
    array([0.693, 0.   ])
    """
    p = _sigmoid(return_difference.astype(np.float64)).mean(axis=0).clip(1e-12, 1 - 1e-12)
    return np.asarray(-p * np.log(p) - (1 - p) * np.log(1 - p))


def k_centre(features: Floats, k: int) -> npt.NDArray[np.intp]:
    """Greedy k-centre: start with row 0, then always the row farthest from all chosen ones.

    Args:
        features: ``(n, d)``.
        k: number of rows to choose; all of them if there are fewer.

    Returns:
        indices of the chosen rows, in the order of choice.

    >>> k_centre(np.array([[0.0], [0.1], [5.0], [3.0]]), 3)
    array([0, 2, 3])
    """
    chosen = [0]
    distance = np.full(len(features), np.inf)
    while len(chosen) < min(k, len(features)):
        distance = np.minimum(distance, ((features - features[chosen[-1]]) ** 2).sum(axis=1))
        distance[chosen[-1]] = -1.0  # never again, even where all others are as near
        chosen.append(int(distance.argmax()))
    return np.array(chosen[:k])


def summary(observations: Observations, actions: Array) -> Floats:
    """A short description of each clip: the standardised mean step, ``(n, d)``."""
    parts = []
    for leaf in (*leaves(observations), actions):
        flat = leaf.reshape(*leaf.shape[:2], -1)
        stride = -(-flat.shape[2] // MAX_FEATURES)
        parts.append(flat[..., ::stride].mean(axis=1, dtype=np.float64))
    means = np.concatenate(parts, axis=1)
    return np.asarray((means - means.mean(axis=0)) / (means.std(axis=0) + 1e-9))


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -50, 50))))


def label_target(
    schedule: Schedule,
    labels: int,
    progress: float,
    *,
    first_share: float = 0.25,
    last_label: float = 0.7,
) -> int:
    """How many labels are wanted when a share ``progress`` of training is done.

    ``"hyperbolic"`` spends the first share before training and the rest at a rate proportional to
    ``1 / (t + T / 10)``, as Christiano et al. 2017, appendix A; ``"constant"`` at a constant rate.
    Both are through before training ends, so that the agent can still learn from the last label.

    Args:
        schedule: a name, or a function of ``progress`` that gives the share wanted.
        labels: the budget.
        progress: between 0 and 1.
        first_share: share of the labels asked for before training, for the named schedules.
        last_label: share of training at which the last label is asked for, for them too.

    Returns:
        a whole number between 0 and ``labels``; all of them at ``progress = 1``.

    >>> [label_target("hyperbolic", 100, p) for p in (0.0, 0.5, 1.0)]
    [25, 91, 100]
    >>> [label_target("constant", 100, p) for p in (0.0, 0.5, 1.0)]
    [25, 79, 100]
    """
    progress = min(max(progress, 0.0), 1.0)
    if callable(schedule):
        share = float(schedule(progress))
        if not 0 <= share <= 1:
            raise ValueError(f"the schedule gave {share} at {progress}; it must be within [0, 1]")
    elif schedule == "hyperbolic":
        done = min(progress / last_label, 1.0)
        spent = math.log1p(done / HYPERBOLIC_HALF) / math.log1p(1 / HYPERBOLIC_HALF)
        share = first_share + (1 - first_share) * spent
    elif schedule == "constant":
        share = first_share + (1 - first_share) * min(progress / last_label, 1.0)
    else:
        raise ValueError(
            f"schedule must be 'hyperbolic', 'constant' or a function, but is {schedule!r}"
        )
    return labels if progress == 1.0 else math.ceil(labels * share - 1e-9)


def check_strategy(strategy: str) -> None:
    """Refuse a strategy that there is not."""
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(STRATEGIES)}, but is {strategy!r}")


def check_schedule(schedule: Schedule) -> None:
    """Refuse a schedule that would fail later, by trying it at 21 points."""
    targets = [label_target(schedule, 1000, point / 20) for point in range(21)]
    if targets != sorted(targets):
        raise ValueError(
            "the schedule must not decrease, but of 1000 labels it wants, over training, "
            f"{', '.join(map(str, targets))}"
        )
