"""Query strategies: which pairs of clips say the most."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import leaves
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.feedback.preference import preference_probability

__all__ = [
    "STRATEGIES",
    "Strategy",
    "check_strategy",
    "disagreement",
    "entropy",
    "k_centre",
    "summary",
]

Strategy = Literal["uniform", "disagreement", "entropy", "diverse"]
"""Which clips are asked about."""
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
MAX_FEATURES = 256

Floats: TypeAlias = npt.NDArray[np.floating[Any]]


def disagreement(return_difference: Floats) -> Floats:
    """Variance over the members of the predicted preference (Christiano et al. 2017, 2.2.4).

    Args:
        return_difference: ``(members, n)``, learned return of the first clip less the second's.

    Returns:
        ``(n,)``, between 0 (all agree) and 1/4.

    >>> disagreement(np.array([[0.0, 50.0], [0.0, -50.0]])).round(3)
    array([0.  , 0.25])
    """
    return np.asarray(preference_probability(return_difference).var(axis=0))


def entropy(return_difference: Floats) -> Floats:
    """Entropy of the mean predicted preference, in nats, ``(members, n) -> (n,)``.

    >>> entropy(np.array([[0.0, 50.0]])).round(3)
    array([0.693, 0.   ])
    """
    each = preference_probability(return_difference.astype(np.float64))
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
        distance[chosen[-1]] = -1.0  # never again, even where all others are as near
        chosen.append(int(distance.argmax()))
    return np.array(chosen[:k])


def summary(transitions: Transitions) -> Floats:
    """A short description of each of ``n`` padded clips: the standardised mean step, ``(n, d)``."""
    parts = []
    for leaf in (*leaves(transitions.observations), transitions.actions):
        flat = leaf.reshape(*leaf.shape[:2], -1)
        stride = -(-flat.shape[2] // MAX_FEATURES)
        parts.append(flat[..., ::stride].mean(axis=1, dtype=np.float64))
    means = np.concatenate(parts, axis=1)
    return np.asarray((means - means.mean(axis=0)) / (means.std(axis=0) + 1e-9))


def check_strategy(strategy: str) -> None:
    """Refuse a strategy that there is not."""
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(STRATEGIES)}, but is {strategy!r}")
