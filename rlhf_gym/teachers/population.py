"""Population: people whose tastes differ, each of whom answers some of the queries."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Tastes
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.synthetic import SyntheticTeacher

__all__ = ["Population"]


class Population:
    """People who want the same on the whole, and differ in taste and in care.

    Each query is answered by one of them, drawn at random, under her name (``"person 3"``). To
    person ``i`` a clip is worth

    ``u_i = sum_t r_t + sum_t taste_i . tastes(o_t, a_t)``, with ``taste_i ~ Normal(0, spread^2)``

    for each feature, and she prefers the clip of higher worth with probability
    ``sigmoid(beta_i |u_1 - u_2|)`` (Bradley-Terry), where ``ln(beta_i / beta) ~ Normal(0,
    beta_spread^2)``. That is a `SyntheticTeacher` of her own, with its other irrationalities.

    Attributes:
        people: the persons' teachers.

    >>> from rlhf_gym import tastes_of
    >>> def clip(reward, tone):
    ...     return Clip(np.zeros((1, 10)), np.array([[0, tone]]), np.float32([reward]))
    >>> curt_but_good, warm_but_poor = clip(0.6, 0), clip(0.5, 1)
    >>> query = Query((curt_but_good, warm_but_poor))
    >>> alike = Population(tastes_of("rlhf/SupportChat-v1"), spread=0.0)
    >>> {alike.answer(query).preference.value for _ in range(50)}
    {'first'}
    >>> people = Population(tastes_of("rlhf/SupportChat-v1"), spread=0.2)
    >>> sorted({people.answer(query).preference.value for _ in range(50)})
    ['first', 'second']
    """

    def __init__(
        self,
        tastes: Tastes | None,
        size: int = 20,
        *,
        spread: float = 0.1,
        beta: float = math.inf,
        beta_spread: float = 0.0,
        seed: int = 0,
        **irrationalities: Any,
    ) -> None:
        """Draw the people.

        Args:
            tastes: what they differ in: ``(observations, actions) -> features (n, k)`` of all
                steps of a clip; `tastes_of` knows some. None: in nothing but care.
            size: how many people there are.
            spread: deviation of what a person pays for one unit of a feature, in units of reward.
            beta: the rationality of most, per unit of worth; infinite: always the higher one.
            beta_spread: deviation of the logarithm of a person's rationality.
            seed: of the people, of who is asked, and of their answers.
            **irrationalities: as `SyntheticTeacher` takes them: gamma, mistake, skip, equal, score.

        Raises:
            ValueError: a number is out of its range.
        """
        if size < 1:
            raise ValueError(f"size must be at least 1 person, but it is {size}")
        for name, value in (("spread", spread), ("beta_spread", beta_spread)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} must be finite and >= 0, but it is {value}")
        care = np.random.default_rng([seed, 6]).normal(0, beta_spread, size)
        self.people = tuple(
            _Person(
                tastes,
                spread,
                [seed, 7, number],
                beta=beta * math.exp(factor) if beta else beta,
                **irrationalities,
            )
            for number, factor in enumerate(care.tolist())
        )
        self._rng = np.random.default_rng([seed, 8])

    def answer(self, query: Query) -> Judgement | None:
        """What one of the people says, or None where she skips the query.

        Raises:
            ValueError: a clip holds true rewards that are not finite, or the tastes give something
                else than finite features of each step.
        """
        number = int(self._rng.integers(len(self.people)))
        judgement = self.people[number].answer(query)
        return judgement and replace(judgement, annotator=f"person {number + 1}")

    def episode_ended(self, true_return: float, steps: int) -> None:
        """Tell all of a training episode, see `SyntheticTeacher`."""
        for person in self.people:
            person.episode_ended(true_return, steps)

    def state(self) -> dict[str, Any]:
        """What `load_state` needs to go on exactly here, as plain data."""
        return {
            "rng": self._rng.bit_generator.state,
            "people": [person.state() for person in self.people],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        for person, known in zip(self.people, state["people"], strict=True):
            person.load_state(known)


class _Person(SyntheticTeacher):
    """One of them; her tastes are drawn when she first sees how many features there are."""

    def __init__(
        self, tastes: Tastes | None, spread: float, seed: list[int], **settings: Any
    ) -> None:
        super().__init__(seed=np.random.default_rng(seed), **settings)
        self._tastes, self._spread, self._seed = tastes, spread, seed

    def _rewards(self, clip: Clip) -> Array:
        rewards = super()._rewards(clip)
        if self._tastes is None:
            return rewards
        features = np.asarray(self._tastes(clip.observations, clip.actions), np.float64)
        if features.ndim != 2 or len(features) != len(clip) or not np.isfinite(features).all():
            raise ValueError(
                f"the tastes must give finite features (n, k) of the {len(clip)} steps of a clip, "
                f"but they gave an array of shape {features.shape}"
            )
        taste = np.random.default_rng([*self._seed, 1]).normal(0, self._spread, features.shape[1])
        return np.asarray(rewards + features @ taste)
