"""What a clip is worth to a simulated teacher."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Score

__all__ = ["discounted", "low_and_high", "rewards_of"]


def rewards_of(clip: Clip, score: Score | None) -> Array:
    """Return what each step of a clip is worth, ``(length,)`` float64.

    Args:
        clip: the clip.
        score: the rewards to judge by, ``(observations, actions) -> rewards`` of all steps; None
            means the true rewards.

    Raises:
        ValueError: if the true rewards are not finite, or the score gives anything but one finite
            number a step.
    """
    if score is None:
        if not np.isfinite(clip.true_rewards).all():
            raise ValueError(
                "a clip holds true rewards that are not finite: a synthetic teacher answers "
                "from the true reward, so the environment must give one"
            )
        return clip.true_rewards.astype(np.float64)
    scored = score(clip.observations, clip.actions)
    try:
        rewards = np.asarray(scored, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the score must give numbers, but gave {scored!r}") from error
    if rewards.shape != (len(clip),) or not np.isfinite(rewards).all():
        raise ValueError(
            f"the score must give one finite number for each of the {len(clip)} steps of a "
            f"clip, but it gave an array of shape {rewards.shape} with "
            f"{np.count_nonzero(~np.isfinite(rewards))} numbers that are not finite"
        )
    return rewards


def discounted(rewards: Array, gamma: float = 1.0) -> float:
    """``sum_t gamma^(H - t) r_t``, rounded once, so that equal rewards in any order are equal."""
    return math.fsum(rewards * gamma ** np.arange(len(rewards) - 1, -1, -1))


def low_and_high(returns: Collection[float]) -> tuple[float, float]:
    """The 5 % and the 95 % quantile of clip returns."""
    low, high = np.quantile(list(returns), (0.05, 0.95))
    return float(low), float(high)
