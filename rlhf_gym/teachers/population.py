"""Population: people with different tastes, each of whom answers some of the queries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import Annotated, Any

import numpy as np

from rlhf_gym.basics.checks import Limits, Seed, check_arguments, check_takes
from rlhf_gym.basics.words import listed
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.scores import Tastes
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.synthetic import Rationality, SyntheticTeacher, Tolerance
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["Population"]


class Population(Teacher):
    """People who want much the same thing, but differ in taste and in care.

    Each query is answered by one of them, drawn at random, under their name (``"person 3"``). To
    person ``i`` a clip is worth

    ``u_i = sum_t r_t + sum_t taste_i . tastes(o_t, a_t)``, with ``taste_i ~ Normal(0, spread^2)``

    for each feature, and they prefer the clip of higher worth with probability
    ``sigmoid(beta_i |u_1 - u_2|)`` (Bradley-Terry), where ``ln(beta_i / beta) ~ Normal(0,
    beta_spread^2)``. Each person is a `SyntheticTeacher`, with its other irrationalities.

    Attributes:
        people: one teacher for each person.

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
        size: Annotated[int, Limits(at_least=1, at_most=100_000)] = 20,
        *,
        spread: Tolerance = 0.1,
        beta: Rationality = math.inf,
        beta_spread: Tolerance = 0.0,
        seed: Seed = 0,
        **irrationalities: Any,
    ) -> None:
        """Draw the people.

        Args:
            tastes: the features in whose worth people differ, ``(observations, actions) -> features
                (n, k)`` of all steps of a clip; `tastes_of` has some. With None people differ in
                care only.
            size: number of people.
            spread: standard deviation, over people, of the worth of one unit of a feature, in units
                of reward.
            beta: median rationality, per unit of worth; infinity always prefers the higher worth.
            beta_spread: standard deviation of the logarithm of a person's rationality.
            seed: of the people, of who is asked, and of their answers.
            **irrationalities: arguments of `SyntheticTeacher`: gamma, mistake, skip, equal, score.

        Raises:
            ValueError: if a number is out of its range.
        """
        check_arguments(Population.__init__, locals())
        if tastes is not None:
            check_takes("the tastes", tastes, "observations", "actions")
        if unknown := irrationalities.keys() - signature(SyntheticTeacher).parameters.keys():
            raise ValueError(f"a SyntheticTeacher has no argument {listed(sorted(unknown))}")
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
        """Return the judgement of one of the people, or None if they skip the query.

        Raises:
            ValueError: if a clip holds true rewards that are not finite, or the tastes give
                anything but finite features of each step.
        """
        number = int(self._rng.integers(len(self.people)))
        judgement = self.people[number].answer(query)
        return judgement and replace(judgement, annotator=f"person {number + 1}")

    def episode_ended(self, true_return: float, length: int) -> None:
        """Report a training episode to all, see `SyntheticTeacher`."""
        for person in self.people:
            person.episode_ended(true_return, length)

    def state(self) -> dict[str, Any]:
        """Return the state of each person, and of the draw of who is asked."""
        return {
            "rng": self._rng.bit_generator.state,
            "people": [person.state() for person in self.people],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        for person, known in zip(self.people, state["people"], strict=True):
            person.load_state(known)


class _Person(SyntheticTeacher):
    """One person; their tastes are drawn when the number of features is first seen."""

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
