"""PersonTeacher: a formula that answers as people do, with errors, ties, a pace and fatigue."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import numpy as np

from rlhf_gym.basics.checks import Limits, Seed, Share, check, check_arguments, check_takes
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import leaves
from rlhf_gym.envs.scores import Score
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.teacher import Teacher
from rlhf_gym.teachers.worth import discounted, low_and_high, rewards_of

__all__ = ["PersonTeacher"]

CLIPS = 1000
"""Number of newest clips whose returns set the unit in which differences are perceived."""
SPREADS = 3.29
"""Standard deviations between the 5 % and the 95 % quantile of a normal distribution."""
TIRED = 500
"""Number of answers after which a person does not tire any further."""
QUICK, SLOW, JITTER = 2.5, 4.9, 0.3
"""Seconds of an answer about an obvious pair, seconds more about one without a difference, and
standard deviation of the logarithm of a factor: 4.5 s in the mean, for 3 to 5 s (Christiano et al.
2017) and 4.8 s (Ibarz et al. 2018) an answer."""

Spreads: TypeAlias = Annotated[float, Limits(at_least=0, at_most=100)]
"""In standard deviations of the returns of recent clips."""


class PersonTeacher(Teacher):
    """Answer as people do: by what they can see, with errors, ties, a side, and in time.

    What an agent reaches with this teacher is closer to what it reaches with a person than what it
    reaches with the oracle, `SyntheticTeacher()`. With ``R`` a clip's return, ``s`` the standard
    deviation of the returns of recent clips (from their quantiles), ``n`` the number of pairs
    answered, and ``z ~ Normal(0, 1)``, the pair is perceived as

    ``x = (R_left - R_right) / s + side + noise (1 + fatigue min(n, 500) / 100) z``

    1. Pairs in which nothing moves and whose returns are equal: *can't tell*.
    2. Pairs of equal return, or with ``|x| < tie``: *about the same*.
    3. Otherwise the clip on the left if ``x > 0``.
    4. With probability ``lapse`` the answer of steps 2 and 3 is a side at random.

    An answer takes ``(2.5 + 4.9 exp(-|x|))`` seconds times a log-normal factor.

    Among independent clips of normally distributed returns the defaults give 20 % ties and 7 %
    wrong choices (24 % where the returns differ by less than half of ``s``), and 9 % after 200
    answers. Human data say: 21 % ties in 58,000 answers of a crowd, 2 to 99 % by task (Uni-RLHF,
    Yuan et al. 2024), 37 % in 7,400 of experts (Kim et al. 2023); 5 to 10 % mistakes (Ibarz et al.
    2018); 49.5 and 52 % of choices on one side in those data, so that a side matters little.

    >>> import numpy as np
    >>> def clip(reward):
    ...     return Clip(np.arange(2.0), np.zeros(2), np.float32([reward, 0]))
    >>> person = PersonTeacher(seed=1)
    >>> person.answer(Query((clip(1), clip(0)))).preference.value
    'first'
    >>> 1 < person.answer(Query((clip(1), clip(0)))).response_seconds < 10
    True
    """

    human = True

    def __init__(
        self,
        *,
        noise: Spreads = 0.5,
        tie: Spreads = 0.4,
        lapse: Share = 0.06,
        side: Annotated[float, Limits(at_least=-100, at_most=100)] = 0.05,
        fatigue: Share = 0.1,
        score: Score | None = None,
        seed: Seed | np.random.Generator = 0,
    ) -> None:
        """Choose how the person answers; the defaults are set from public data.

        Args:
            noise: standard deviation of the perceived difference, in standard deviations of the
                returns of clips.
            tie: perceived difference below which clips are about the same, in the same unit.
            lapse: probability of an answer at random.
            side: difference, in the same unit, by which the clip on the left seems better.
            fatigue: share by which the noise grows with a hundred answers.
            score: the rewards to judge by, ``(observations, actions) -> rewards`` of all steps of
                a clip; None means their true rewards.
            seed: of the randomness.

        Raises:
            ValueError: if a number is out of its range.
        """
        check_arguments(PersonTeacher.__init__, locals())
        if score is not None:
            check_takes("the score", score, "observations", "actions")
        self.noise, self.tie, self.lapse = noise, tie, lapse
        self.side, self.fatigue, self.score = side, fatigue, score
        self._rng = np.random.default_rng(seed)
        self._clip_returns: deque[float] = deque(maxlen=CLIPS)
        self._answered = 0

    def answer(self, query: Query) -> Judgement:
        """Return the judgement of ``query``.

        Raises:
            ValueError: if a clip holds true rewards that are not finite, or the score gives
                anything but one finite number a step.
        """
        check("query", Query, query)
        returns = [discounted(rewards_of(clip, self.score)) for clip in query.clips]
        self._clip_returns.extend(returns)
        ahead = returns[query.left] - returns[1 - query.left]
        low, high = low_and_high(self._clip_returns)
        perceived = self._perceived(ahead * SPREADS / (high - low) if high > low else 0.0)
        preference = self._preference(query, ahead, perceived)
        self._answered += 1
        return Judgement(
            query.id, preference, "simulated person", self._seconds(perceived), query.left
        )

    def state(self) -> dict[str, Any]:
        """Return the recent returns, the number of answers and the state of the randomness."""
        return {
            "rng": self._rng.bit_generator.state,
            "clip_returns": list(self._clip_returns),
            "answered": self._answered,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        self._clip_returns = deque(state["clip_returns"], CLIPS)
        self._answered = state["answered"]

    def _perceived(self, difference: float) -> float:
        """Return a difference as it is perceived, in favour of the clip on the left."""
        tired = 1 + self.fatigue * min(self._answered, TIRED) / 100
        return difference + self.side + self.noise * tired * self._rng.standard_normal()

    def _preference(self, query: Query, ahead: float, perceived: float) -> Preference:
        lapses, coin = self._rng.random() < self.lapse, self._rng.random() < 0.5
        if ahead == 0 and not any(map(_moves, query.clips)):
            return Preference.CANNOT_TELL
        if not lapses and (ahead == 0 or abs(perceived) < self.tie):
            return Preference.TIE
        names_left = coin if lapses else perceived > 0
        return Preference.FIRST if names_left == (query.left == 0) else Preference.SECOND

    def _seconds(self, perceived: float) -> float:
        factor = math.exp(JITTER * self._rng.standard_normal() - JITTER**2 / 2)
        return (QUICK + SLOW * math.exp(-abs(perceived))) * factor


def _moves(clip: Clip) -> bool:
    """Whether anything is to be seen: a change from step to step, or a picture alone."""
    return len(clip) == 1 or any(
        (each[1:] != each[:-1]).any() for each in leaves(clip.observations)
    )
