"""EndingReader: reads what came of a training, and opens the films of its agent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pygame

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.outcome import Outcome, read_outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import Counts
from rlhf_gym.labelling.ending import Ending, Films, Given, given_by
from rlhf_gym.window.ending.films import Film

__all__ = ["FILMS", "EndingReader", "OpenFilms"]

FILMS = 0
"""The number under which the window finds both films, where a query has its own."""
NAMES = ("before.mp4", "after.mp4")
HELD_SECONDS = 2.0
"""Seconds between two looks whether the trainer still works."""

OpenFilms: TypeAlias = tuple[Sequence[pygame.Surface], Sequence[pygame.Surface]]
"""The films before and after training; one that is not there is empty."""


class EndingReader:
    """Reads the run folder again and again once training is done, which costs little."""

    def __init__(self, folder: RunFolder, annotator: str) -> None:
        """Read a run folder for a person."""
        self._folder, self._annotator = folder, annotator
        self._given: tuple[Counts, Given] = Counts(), Given()
        self._works, self._looked = True, -HELD_SECONDS
        self._opened: tuple[object, ...] = ()

    def read(self, store: FeedbackStore, counts: Counts, budget: int | None) -> Ending:
        """Return what is known now."""
        if counts != self._given[0]:
            given = given_by(self._annotator, store.answered_pairs(), counts, budget)
            self._given = counts, given
        outcome = read_outcome(self._folder.outcome)
        return Ending(
            given=self._given[1],
            outcome=outcome,
            works=self._trainer_works(outcome),
            measured=self._folder.config.exists(),
        )

    def _trainer_works(self, outcome: Outcome | None) -> bool:
        if outcome is not None and outcome.stage == "done":
            return False
        if time.monotonic() - self._looked >= HELD_SECONDS:
            self._looked, self._works = time.monotonic(), self._folder.is_held
        return self._works

    def films(self, place: tuple[int, int]) -> tuple[Films, OpenFilms] | None:
        """Open the films to be shown in a place; None where they were opened already."""
        paths = [self._folder.videos / name for name in NAMES]
        files = (place, *map(_changed, paths))
        if files == self._opened:
            return None
        self._opened = files
        before, after = (self._open(path, place) for path in paths)
        rates = [film.fps for film in (before, after) if isinstance(film, Film)]
        return Films((len(before), len(after)), rates[0] if rates else 30.0), (before, after)

    def _open(self, path: Path, place: tuple[int, int]) -> Sequence[pygame.Surface]:
        try:
            inside = self._folder.inside(str(path.relative_to(self._folder.path)))
            return Film(inside, place)
        except (OSError, ValueError):
            return ()


def _changed(path: Path) -> int | None:
    """Return a number that is another when the file is another; None where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
