"""ClipWords: what a person is told of the steps in a clip buffer: missions, and ends in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rlhf_gym.clips.observations import Array
from rlhf_gym.envs.step_notes import StepNotes

__all__ = ["ClipWords"]

_Words = dict[int, str]
"""By row, the oldest first."""


class ClipWords:
    """The missions of episodes by their first rows, and the words for their ends by their last.

    Args:
        n_envs: number of environments.
        kept: number of newest rows of which words are kept; most steps have none.
    """

    def __init__(self, n_envs: int, kept: int) -> None:
        self._kept = kept
        self._missions: list[_Words] = [{} for _ in range(n_envs)]
        self._ends: list[_Words] = [{} for _ in range(n_envs)]

    def add(self, row: int, notes: Sequence[StepNotes]) -> None:
        """Keep the words that are noted about a step of each environment."""
        for env, noted in enumerate(notes):
            if noted.mission is not None:
                self._keep(self._missions[env], row, noted.mission)
            if noted.end is not None:
                self._keep(self._ends[env], row, noted.end)

    def _keep(self, words: _Words, row: int, text: str) -> None:
        words[row] = text
        while (oldest := next(iter(words))) < row - self._kept:
            del words[oldest]

    def mission(self, env: int, row: int) -> str:
        """Return the mission of the episode that a row belongs to, ``""`` if it has none."""
        return _newest(self._missions[env], row)

    def end(self, env: int, row: int) -> str:
        """Return in which way the last episode up to a row has ended, ``""`` if nobody says."""
        return _newest(self._ends[env], row)

    def state(self) -> dict[str, Array]:
        """Return all words as plain arrays, for `load_state`."""
        kept = [
            (kind, env, row, text)
            for kind, of_kind in enumerate((self._missions, self._ends))
            for env, words in enumerate(of_kind)
            for row, text in words.items()
        ]
        return {
            "word_places": np.array([each[:3] for each in kept], np.int64).reshape(-1, 3),
            "words": np.array([each[3] for each in kept], np.str_),
        }

    def load_state(self, state: dict[str, Array]) -> None:
        """Take over what `state` gave; before version 0.2.0 there were no words."""
        for words in (*self._missions, *self._ends):
            words.clear()
        places, texts = state.get("word_places", ()), state.get("words", ())
        for (kind, env, row), text in zip(np.asarray(places).tolist(), texts, strict=True):
            (self._missions, self._ends)[kind][env][row] = str(text)


def _newest(words: _Words, row: int) -> str:
    """Return the words of the newest row at or before ``row``."""
    return next((words[each] for each in reversed(words) if each <= row), "")
