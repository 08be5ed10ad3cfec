"""ShuffledTeacher: answers that tell nothing of the clips, the control of every experiment."""

from __future__ import annotations

import numpy as np

from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.teachers.teacher import Teacher

__all__ = ["ShuffledTeacher"]


class ShuffledTeacher:
    """Answers in the shares in which a teacher gives them, but about any clips.

    Each answer is drawn from what the teacher said about earlier pairs, and turned by a coin: the
    share of ties stays, and nothing tells of the two clips that are shown. What an agent learns
    from such labels, it has not learned from the labels.

    >>> import numpy as np
    >>> from rlhf_gym.clips.clip import Clip
    >>> from rlhf_gym.teachers import SyntheticTeacher
    >>> good, bad = (Clip(np.zeros((1, 1)), np.zeros(1), np.float32([r])) for r in (1, 0))
    >>> teacher = ShuffledTeacher(SyntheticTeacher(), seed=0)
    >>> answers = [teacher.answer(Query((good, bad))).preference.value for _ in range(1000)]
    >>> 0.45 < answers.count("first") / 1000 < 0.55
    True
    """

    def __init__(self, teacher: Teacher, seed: int) -> None:
        """Shuffle the answers of ``teacher``."""
        self._teacher = teacher
        self._rng = np.random.default_rng([seed, 5])
        self._earlier = [Preference.FIRST]

    def answer(self, query: Query) -> Judgement | None:
        """An answer that does not depend on the clips; None where the teacher gives none."""
        judgement = self._teacher.answer(query)
        if judgement is None:
            return None
        said = self._earlier[int(self._rng.integers(len(self._earlier)))]
        self._earlier.append(judgement.preference)
        said = said if self._rng.random() < 0.5 else said.swapped
        return Judgement(query.id, said, annotator="shuffled", left=query.left)
