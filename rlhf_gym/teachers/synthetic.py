"""SyntheticTeacher: a formula that answers from rewards, with B-Pref's irrationalities."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Score
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query

__all__ = ["SyntheticTeacher"]

EPISODES = 10
CLIPS = 1000


class SyntheticTeacher:
    """Prefer the clip of higher return, as irrationally as wanted.

    Without arguments it is the oracle. Where the true reward is the same at nearly every step, so
    that clips tie, it needs a ``score`` to judge them by instead; `score_of` knows some.

    The irrationalities are those of Lee et al., "B-Pref: Benchmarking Preference-Based
    Reinforcement Learning" (2021), algorithm 1, in this order, with ``R`` a clip's return and ``H``
    its length:

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
    - Otherwise (negative returns, for which the definition means nothing, no episode told yet, or a
      ``score``) the spread of clip returns: the 5 % and 95 % quantiles ``low`` and ``high`` over
      the last 1000 clips that were shown. Equal uses ``e * (high - low)``, skip
      ``low + e * (high - low)``.

    >>> import numpy as np
    >>> def clip(*rewards):
    ...     return Clip(np.zeros((len(rewards), 1)), np.zeros(len(rewards)), np.float32(rewards))
    >>> query = Query((clip(1, 0, 0), clip(0, 0, 0.8)))
    >>> SyntheticTeacher().answer(query).preference.value
    'first'
    >>> SyntheticTeacher(gamma=0.5).answer(query).preference.value
    'second'
    >>> def position(observations, actions):
    ...     return observations[:, 0]
    >>> SyntheticTeacher(score=position).answer(query).preference.value
    'tie'
    """

    def __init__(
        self,
        *,
        beta: float = math.inf,
        gamma: float = 1.0,
        mistake: float = 0.0,
        skip: float = 0.0,
        equal: float = 0.0,
        score: Score | None = None,
        seed: int | np.random.Generator = 0,
    ) -> None:
        """Choose the irrationalities; the defaults are the oracle.

        Args:
            beta: rationality, per unit of return; infinite: always the higher return.
            gamma: how much less a step weighs than the step after it; 1: all alike.
            mistake: probability of naming the other clip.
            skip: share of an average clip's return below which a pair gets no answer.
            equal: share of an average clip's return below which a difference is a tie.
            score: what clips are judged by: ``(observations, actions) -> rewards`` of all steps of
                a clip; None is their true rewards.
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
        self.score = score
        self._rng = np.random.default_rng(seed)
        self._episodes: deque[tuple[float, int]] = deque(maxlen=EPISODES)
        self._clip_returns: deque[float] = deque(maxlen=CLIPS)

    def answer(self, query: Query) -> Judgement | None:
        """The judgement of ``query``, or None where this teacher skips it.

        Raises:
            ValueError: a clip holds true rewards that are not finite, or the score gives something
                else than one finite number a step.
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
        rewards = self._rewards(first), self._rewards(second)
        returns = _discounted(rewards[0], 1.0), _discounted(rewards[1], 1.0)
        self._clip_returns.extend(returns)
        low, scale = self._reference(max(len(first), len(second)))
        if self.skip and max(returns) <= low + self.skip * scale:
            return None
        if abs(returns[0] - returns[1]) < self.equal * scale:
            return Preference.TIE
        difference = _discounted(rewards[0], self.gamma) - _discounted(rewards[1], self.gamma)
        if difference == 0:
            return Preference.TIE
        better = Preference.FIRST if difference > 0 else Preference.SECOND
        # Drawn for "the better one", not for "the first one": swapped clips swap the answer.
        rational = self._rng.random() < _sigmoid(self.beta, abs(difference))
        mistaken = self._rng.random() < self.mistake
        return better if rational != mistaken else better.swapped

    def _rewards(self, clip: Clip) -> Array:
        """What each step of the clip is worth to this teacher, ``(length,)`` float64."""
        if self.score is None:
            if not np.isfinite(clip.true_rewards).all():
                raise ValueError(
                    "a clip holds true rewards that are not finite: a synthetic teacher answers "
                    "from the true reward, so the environment must give one"
                )
            return clip.true_rewards.astype(np.float64)
        rewards = np.asarray(self.score(clip.observations, clip.actions), dtype=np.float64)
        if rewards.shape != (len(clip),) or not np.isfinite(rewards).all():
            raise ValueError(
                f"the score must give one finite number for each of the {len(clip)} steps of a "
                f"clip, but it gave an array of shape {rewards.shape} with "
                f"{np.count_nonzero(~np.isfinite(rewards))} numbers that are not finite"
            )
        return rewards

    def _reference(self, length: int) -> tuple[float, float]:
        """The return of a poor clip, and the scale that ``skip`` and ``equal`` are shares of."""
        total = sum(true_return for true_return, _ in self._episodes)
        if self.score is None and total > 0:
            return 0.0, total * length / sum(steps for _, steps in self._episodes)
        low, high = np.quantile(self._clip_returns, (0.05, 0.95))
        return float(low), float(high - low)


def _discounted(rewards: Array, gamma: float) -> float:
    """``sum_t gamma^(H - t) r_t``, rounded once, so that equal rewards in any order are equal."""
    return math.fsum(rewards * gamma ** np.arange(len(rewards) - 1, -1, -1))


def _sigmoid(beta: float, difference: float) -> float:
    return 1 / (1 + math.exp(-min(beta * difference, 700)))
