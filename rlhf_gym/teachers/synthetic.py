"""SyntheticTeacher: a formula that answers from the true reward, with B-Pref's irrationalities."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from rlhf_gym.clips import Clip
from rlhf_gym.judgements import Judgement, Preference, Query

__all__ = ["SyntheticTeacher"]

EPISODES = 10
CLIPS = 1000


class SyntheticTeacher:
    """Prefer the clip of higher true return, as irrationally as wanted.

    Without arguments it is the oracle. The irrationalities are those of Lee et al., "B-Pref:
    Benchmarking Preference-Based Reinforcement Learning" (2021), algorithm 1, in this order, with
    ``R`` a clip's true return and ``H`` its length:

    1. skip: no answer where both clips are poor, ``max(R_1, R_2) <= threshold(skip)``;
    2. equal: a tie where the returns are close, ``|R_1 - R_2| < threshold(equal)``; this stands,
       whatever comes after;
    3. myopic: from here on ``R = sum_t gamma^(H - t) r_t``, ``t = 1..H``: the last step weighs
       most;
    4. rational: the higher return with probability ``sigmoid(beta |R_1 - R_2|)``: always for
       ``beta = inf``, a coin for ``beta = 0``; returns that are exactly equal are a tie;
    5. mistake: the other clip, with probability ``mistake``.

    The thresholds are measured against what clips return. Which measure is used:

    - The definition, ``threshold(e) = e * (mean episode return) * H / T``, while the mean return of
      the last 10 episodes told by `episode_ended` is positive; ``T`` is their mean length. ``e``
      enters once (B-Pref's own script applies it twice from the second round on).
    - Otherwise (negative returns, for which the definition means nothing, or no episode told yet)
      the spread of clip returns: the 5 % and 95 % quantiles ``low`` and ``high`` over the last 1000
      clips that were shown. Equal uses ``e * (high - low)``, skip ``low + e * (high - low)``.

    >>> import numpy as np
    >>> def clip(*rewards):
    ...     return Clip(np.zeros((len(rewards), 1)), np.zeros(len(rewards)), np.float32(rewards))
    >>> query = Query((clip(1, 0, 0), clip(0, 0, 0.8)))
    >>> SyntheticTeacher().answer(query).preference.value
    'first'
    >>> SyntheticTeacher(gamma=0.5).answer(query).preference.value
    'second'
    """

    def __init__(
        self,
        *,
        beta: float = math.inf,
        gamma: float = 1.0,
        mistake: float = 0.0,
        skip: float = 0.0,
        equal: float = 0.0,
        seed: int | np.random.Generator = 0,
    ) -> None:
        """Choose the irrationalities; the defaults are the oracle.

        Args:
            beta: rationality, per unit of true return; infinite: always the higher return.
            gamma: how much less a step weighs than the step after it; 1: all alike.
            mistake: probability of naming the other clip.
            skip: share of an average clip's return below which a pair gets no answer.
            equal: share of an average clip's return below which a difference is a tie.
            seed: the randomness of steps 4 and 5.

        Raises:
            ValueError: a number is out of its range.
        """
        for name, value, fits, expected in (
            ("beta", beta, beta >= 0, ">= 0 (infinite: always the higher return)"),
            ("gamma", gamma, 0 < gamma <= 1, "> 0 and <= 1"),
            ("mistake", mistake, 0 <= mistake <= 1, "between 0 and 1"),
            ("skip", skip, 0 <= skip < math.inf, "a finite share >= 0"),
            ("equal", equal, 0 <= equal < math.inf, "a finite share >= 0"),
        ):
            if not fits:
                raise ValueError(f"{name} must be {expected}, but it is {value}")
        self.beta = beta
        self.gamma = gamma
        self.mistake = mistake
        self.skip = skip
        self.equal = equal
        self._rng = np.random.default_rng(seed)
        self._episodes: deque[tuple[float, int]] = deque(maxlen=EPISODES)
        self._clip_returns: deque[float] = deque(maxlen=CLIPS)

    def answer(self, query: Query) -> Judgement | None:
        """The judgement of ``query``, or None where this teacher skips it.

        Raises:
            ValueError: a clip holds true rewards that are not finite.
        """
        preference = self._prefer(*query.clips)
        if preference is None:
            return None
        return Judgement(query.id, preference, annotator="synthetic", left=query.left)

    def episode_ended(self, true_return: float, steps: int) -> None:
        """Tell of a training episode: the last 10 set the thresholds of skip and equal."""
        self._episodes.append((true_return, steps))

    def state(self) -> dict[str, Any]:
        """What `load_state` needs to go on exactly here, as plain data."""
        return {
            "rng": self._rng.bit_generator.state,
            "episodes": list(self._episodes),
            "clip_returns": list(self._clip_returns),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        self._episodes = deque(((ret, steps) for ret, steps in state["episodes"]), EPISODES)
        self._clip_returns = deque(state["clip_returns"], CLIPS)

    def _prefer(self, first: Clip, second: Clip) -> Preference | None:
        returns = _discounted(first, 1.0), _discounted(second, 1.0)
        self._clip_returns.extend(returns)
        low, scale = self._reference(max(len(first), len(second)))
        if self.skip and max(returns) <= low + self.skip * scale:
            return None
        if abs(returns[0] - returns[1]) < self.equal * scale:
            return Preference.TIE
        difference = _discounted(first, self.gamma) - _discounted(second, self.gamma)
        if difference == 0:
            return Preference.TIE
        better = Preference.FIRST if difference > 0 else Preference.SECOND
        # Drawn for "the better one", not for "the first one": swapped clips swap the answer.
        rational = self._rng.random() < _sigmoid(self.beta, abs(difference))
        mistaken = self._rng.random() < self.mistake
        return better if rational != mistaken else better.swapped

    def _reference(self, length: int) -> tuple[float, float]:
        """The return of a poor clip, and the scale that ``skip`` and ``equal`` are shares of."""
        total = sum(true_return for true_return, _ in self._episodes)
        if total > 0:
            return 0.0, total * length / sum(steps for _, steps in self._episodes)
        low, high = np.quantile(self._clip_returns, (0.05, 0.95))
        return float(low), float(high - low)


def _discounted(clip: Clip, gamma: float) -> float:
    """``sum_t gamma^(H - t) r_t``, rounded once, so that equal rewards in any order are equal."""
    rewards = clip.true_rewards.astype(np.float64)
    value = math.fsum(rewards * gamma ** np.arange(len(rewards) - 1, -1, -1))
    if not math.isfinite(value):
        raise ValueError(
            "a clip holds true rewards that are not finite: a synthetic teacher answers from the "
            "true reward, so the environment must give one"
        )
    return value


def _sigmoid(beta: float, difference: float) -> float:
    return 1 / (1 + math.exp(-min(beta * difference, 700)))
