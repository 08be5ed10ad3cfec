"""Query strategies: functions that say which pairs of clips to ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from rlhf_gym.basics.checks import check
from rlhf_gym.feedback.probability import bradley_terry_probability
from rlhf_gym.queries.candidates import Candidates, Floats

__all__ = [
    "STRATEGIES",
    "QueryStrategy",
    "Scores",
    "Strategy",
    "StrategyName",
    "disagreement",
    "diverse",
    "entropy",
    "k_centre",
    "scores_of",
    "strategy_named",
    "uniform",
    "variance_of_preference",
    "entropy_of_preference",
]


@dataclass(frozen=True, eq=False)
class Scores:
    """How much pairs are worth asking about.

    Attributes:
        values: ``(pairs,)``, higher is better; kept with each query.
        chosen: indices of the pairs to ask about, best first; by default those of the highest
            values. A strategy gives them that chooses pairs as a set.
    """

    values: Floats
    chosen: npt.NDArray[np.intp] | None = None

    def best(self, n: int) -> npt.NDArray[np.intp]:
        """Return the indices of the ``n`` pairs to ask about, best first."""
        if self.chosen is not None:
            return self.chosen[:n]
        return np.argsort(-self.values, kind="stable")[:n]


QueryStrategy: TypeAlias = Callable[[Candidates], Scores | Floats]
"""A query strategy: the worth of each candidate, ``(pairs,)`` or `Scores`.

``FeedbackSettings(strategy=...)`` takes any such function, `check_strategy` tests it, and
``examples/own_strategy.py`` has one.
"""
StrategyName: TypeAlias = Literal["uniform", "disagreement", "entropy", "diverse"]
"""The strategies that have a name."""
Strategy: TypeAlias = StrategyName | QueryStrategy
"""Which clips are asked about: a name, or a function."""


def uniform(candidates: Candidates) -> Scores:
    """Ask about any pairs."""
    return Scores(np.zeros(len(candidates)))


def disagreement(candidates: Candidates) -> Scores:
    """Ask where the members of the ensemble disagree most (Christiano et al. 2017, 2.2.4)."""
    if not candidates.learned:
        return uniform(candidates)
    return Scores(variance_of_preference(candidates.return_difference).astype(np.float64))


def entropy(candidates: Candidates) -> Scores:
    """Ask where the mean predicted preference is least sure."""
    if not candidates.learned:
        return uniform(candidates)
    return Scores(entropy_of_preference(candidates.return_difference).astype(np.float64))


def diverse(candidates: Candidates) -> Scores:
    """Ask about pairs that differ from each other, among the better half by `disagreement`."""
    scores = disagreement(candidates)
    half = max(len(candidates) // 2, candidates.n) if candidates.learned else len(candidates)
    better = scores.best(half)
    return Scores(scores.values, better[k_centre(candidates.features[better], candidates.n)])


STRATEGIES: dict[StrategyName, QueryStrategy] = {
    "uniform": uniform,
    "disagreement": disagreement,
    "entropy": entropy,
    "diverse": diverse,
}


def strategy_named(strategy: Strategy) -> tuple[str, QueryStrategy]:
    """Return the name of a strategy, and its function.

    Raises:
        ValueError: there is none of that name.

    >>> strategy_named("entropy")[0], strategy_named(lambda candidates: [])[0]
    ('entropy', '<lambda>')
    """
    check("strategy", Strategy, strategy)
    if callable(strategy):
        return str(getattr(strategy, "__name__", type(strategy).__name__)), strategy
    return strategy, STRATEGIES[strategy]


def scores_of(name: str, found: object, candidates: Candidates) -> Scores:
    """Return what the strategy of this name found in candidates as `Scores`, checked.

    Raises:
        ValueError: there is no score for each pair, a score is NaN, or pairs are chosen that do not
            exist, or twice.
    """
    scores = found if isinstance(found, Scores) else Scores(np.asarray(found, np.float64))
    if scores.values.shape != (len(candidates),):
        raise ValueError(
            f"the strategy {name} must give a score for each of {len(candidates)} pairs, but gave "
            f"{scores.values.shape}"
        )
    if np.isnan(scores.values).any():
        raise ValueError(f"the strategy {name} gave a score that is NaN")
    if scores.chosen is not None:
        chosen = np.asarray(scores.chosen)
        if (
            len(np.unique(chosen)) < len(chosen)
            or not np.isin(chosen, range(len(candidates))).all()
        ):
            raise ValueError(
                f"the strategy {name} must choose among pairs 0 to {len(candidates) - 1}, each "
                f"once, but chose {chosen.tolist()}"
            )
    return scores


def variance_of_preference(return_difference: Floats) -> Floats:
    """Return the variance over the members of the predicted preference.

    Args:
        return_difference: ``(members, n)``, learned return of the first clip less the second's.

    Returns:
        ``(n,)``, between 0 (all agree) and 1/4.

    >>> variance_of_preference(np.array([[0.0, 50.0], [0.0, -50.0]])).round(3)
    array([0.  , 0.25])
    """
    return np.asarray(bradley_terry_probability(return_difference).var(axis=0))


def entropy_of_preference(return_difference: Floats) -> Floats:
    """Return the entropy of the mean predicted preference, in nats, ``(members, n) -> (n,)``.

    >>> entropy_of_preference(np.array([[0.0, 50.0]])).round(3)
    array([0.693, 0.   ])
    """
    each = bradley_terry_probability(return_difference.astype(np.float64))
    p = each.mean(axis=0).clip(1e-12, 1 - 1e-12)
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
        distance[chosen[-1]] = -1.0  # never again, even if all others are as near
        chosen.append(int(distance.argmax()))
    return np.array(chosen[:k])
