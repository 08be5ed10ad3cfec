"""ShuffledTeacher: answers that say nothing about the clips, the control of every experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.adapted import as_teacher
from rlhf_gym.teachers.teacher import AnswersQueries, Teacher

__all__ = ["ShuffledTeacher"]


class ShuffledTeacher(Teacher):
    """Give a teacher's answers in the same shares, but regardless of the clips.

    Each answer is drawn from the teacher's answers to earlier pairs, and swapped with probability
    1/2: the share of ties stays the same, and the answer does not depend on the clips that are
    shown. Whatever an agent learns from such labels, it has not learned from the labels.

    >>> import numpy as np
    >>> from rlhf_gym.clips.clip import Clip
    >>> from rlhf_gym.teachers import SyntheticTeacher
    >>> good, bad = (Clip(np.zeros((1, 1)), np.zeros(1), np.float32([r])) for r in (1, 0))
    >>> teacher = ShuffledTeacher(SyntheticTeacher(), seed=0)
    >>> answers = [teacher.answer(Query((good, bad))).preference.value for _ in range(1000)]
    >>> 0.45 < answers.count("first") / 1000 < 0.55
    True
    """

    def __init__(self, teacher: Teacher | AnswersQueries, seed: int) -> None:
        """Shuffle the answers of ``teacher``, which must answer at once."""
        self._teacher = as_teacher(teacher)
        self._rng = np.random.default_rng([seed, 5])
        self._earlier = [Preference.FIRST]

    def answer(self, query: Query) -> Judgement | None:
        """Return an answer that does not depend on the clips, or None if the teacher gives none."""
        judgement = self._teacher.answer(query)
        if judgement is None:
            return None
        said = self._earlier[int(self._rng.integers(len(self._earlier)))]
        self._earlier.append(judgement.preference)
        said = said if self._rng.random() < 0.5 else said.swapped
        return Judgement(query.id, said, annotator="shuffled", left=query.left)

    def episode_ended(self, true_return: float, length: int) -> None:
        """Report a training episode to the teacher."""
        self._teacher.episode_ended(true_return, length)

    def state(self) -> dict[str, Any]:
        """Return the answers so far, the state of the draws and that of the teacher."""
        return {
            "rng": self._rng.bit_generator.state,
            "earlier": [preference.value for preference in self._earlier],
            "teacher": self._teacher.state(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._rng.bit_generator.state = state["rng"]
        self._earlier = [Preference(value) for value in state["earlier"]]
        self._teacher.load_state(state["teacher"])
