"""SyntheticTeacher: a formula that answers from rewards, with the irrationalities of B-Pref."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import numpy as np

from rlhf_gym.basics.checks import Limits, Seed, Share, check, check_arguments, check_takes
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Score
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.probability import bradley_terry_probability
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.teacher import Teacher
from rlhf_gym.teachers.worth import discounted, low_and_high, rewards_of

__all__ = ["SyntheticTeacher"]

EPISODES = 10
"""Number of newest training episodes whose returns set the thresholds, as in B-Pref."""
CLIPS = 1000
"""Number of newest clips whose returns set the thresholds if those of episodes cannot."""

Rationality: TypeAlias = Annotated[float, Limits(at_least=0)]
"""How surely the clip of higher return is preferred; always where it is infinite."""
Discount: TypeAlias = Annotated[float, Limits(above=0, at_most=1)]
"""Weight of a step relative to the step after it."""
Tolerance: TypeAlias = Annotated[float, Limits(at_least=0, at_most=1e30)]
"""A share of an average clip's return."""


class SyntheticTeacher(Teacher):
    """Prefer the clip of higher return, as irrationally as wanted.

    Without arguments it is the oracle. If the true reward is the same at nearly every step, so that
    most clips tie, it needs a ``score`` to judge them by instead; `score_of` has some.

    The irrationalities are those of Lee et al., "B-Pref: Benchmarking Preference-Based
    Reinforcement Learning" (2021), algorithm 1, in this order, with ``R`` a clip's return and ``H``
    its length:

    1. skip: no answer if both clips are poor, ``max(R_1, R_2) <= threshold(skip)``;
    2. equal: a tie if the returns are close, ``|R_1 - R_2| < threshold(equal)``, which no later
       step changes;
    3. myopic: below ``R = sum_t gamma^(H - t) r_t``, ``t = 1..H``: the last step weighs
       most;
    4. rational: the higher return with probability ``sigmoid(beta |R_1 - R_2|)``: always for
       ``beta = inf``, at random for ``beta = 0``; returns that are exactly equal are a tie;
    5. mistake: the other clip, with probability ``mistake``.

    The thresholds are relative to the returns of clips, by one of two measures:

    - The definition, ``threshold(e) = e * (mean episode return) * H / T``, while the mean return of
      the last 10 episodes reported by `episode_ended` is positive; ``T`` is their mean length.
      ``e`` enters once (B-Pref's own script applies it twice from the second round on).
    - Otherwise (negative returns, for which the definition means nothing, no episode yet, or a
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
        beta: Rationality = math.inf,
        gamma: Discount = 1.0,
        mistake: Share = 0.0,
        skip: Tolerance = 0.0,
        equal: Tolerance = 0.0,
        score: Score | None = None,
        seed: Seed | np.random.Generator = 0,
    ) -> None:
        """Choose the irrationalities; the defaults are the oracle.

        Args:
            beta: rationality, per unit of return; infinity always prefers the higher return.
            gamma: weight of a step relative to the step after it; at 1 all weigh the same.
            mistake: probability of naming the worse clip.
            skip: share of an average clip's return below which a pair gets no answer.
            equal: share of an average clip's return below which a difference is a tie.
            score: the rewards to judge by, ``(observations, actions) -> rewards`` of all steps of
                a clip; None means their true rewards.
            seed: of the randomness in steps 4 and 5.

        Raises:
            ValueError: if a number is out of its range.
        """
        check_arguments(SyntheticTeacher.__init__, locals())
        if score is not None:
            check_takes("the score", score, "observations", "actions")
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
        """Return the judgement of ``query``, or None if this teacher skips it.

        Raises:
            ValueError: if a clip holds true rewards that are not finite, or the score gives
                anything but one finite number a step.
        """
        check("query", Query, query)
        preference = self._prefer(*query.clips)
        if preference is None:
            return None
        return Judgement(query.id, preference, annotator="synthetic", left=query.left)

    def episode_ended(self, true_return: float, length: int) -> None:
        """Note a training episode; the last 10 set the thresholds of skip and equal."""
        self._episodes.append((true_return, length))

    def state(self) -> dict[str, Any]:
        """Return the recent returns and the state of the randomness."""
        return {
            "rng": self._rng.bit_generator.state,
            "episodes": list(self._episodes),
            "clip_returns": list(self._clip_returns),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        self._episodes = deque(((ret, steps) for ret, steps in state["episodes"]), EPISODES)
        self._clip_returns = deque(state["clip_returns"], CLIPS)

    def _prefer(self, first: Clip, second: Clip) -> Preference | None:
        rewards = self._rewards(first), self._rewards(second)
        returns = discounted(rewards[0], 1.0), discounted(rewards[1], 1.0)
        self._clip_returns.extend(returns)
        low, scale = self._reference(max(len(first), len(second)))
        if self.skip and max(returns) <= low + self.skip * scale:
            return None
        if abs(returns[0] - returns[1]) < self.equal * scale:
            return Preference.TIE
        difference = discounted(rewards[0], self.gamma) - discounted(rewards[1], self.gamma)
        if difference == 0:
            return Preference.TIE
        better = Preference.FIRST if difference > 0 else Preference.SECOND
        # Drawn for "the better one", not for "the first one": swapped clips swap the answer.
        rational = self._rng.random() < bradley_terry_probability(abs(difference), self.beta)
        mistaken = self._rng.random() < self.mistake
        return better if rational != mistaken else better.swapped

    def _rewards(self, clip: Clip) -> Array:
        """Return what each step of the clip is worth to this teacher, ``(length,)`` float64."""
        return rewards_of(clip, self.score)

    def _reference(self, length: int) -> tuple[float, float]:
        """Return the return of a poor clip, and the scale for ``skip`` and ``equal``."""
        total = sum(true_return for true_return, _ in self._episodes)
        if self.score is None and total > 0:
            return 0.0, total * length / sum(steps for _, steps in self._episodes)
        low, high = low_and_high(self._clip_returns)
        return low, high - low
