"""What comes of a training, told to the window by a file in the run folder."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.feedback.outcome import Change, Outcome, read_outcome
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.records import read_run
from rlhf_gym.runs.summary import Summary, headline, summary_of

__all__ = ["OutcomeFile", "outcome_of", "refresh_outcome"]

TELL_SECONDS = 0.25
"""Seconds, at least, between two numbers of evaluated episodes that are told."""


def outcome_of(run: Path) -> Outcome:
    """Return what came of a run, from what its folder holds.

    Raises:
        ValueError: there is no such folder, or something in it is a link to outside of it.
    """
    record = read_run(run)
    summary = summary_of(record, *_labels_of(record.folder))
    measured = bool(record.evaluation.after)
    return Outcome(
        change=_change(summary),
        verdict=headline(summary),
        before=summary.before if measured else None,
        after=summary.after if measured else None,
        way=record.evaluation.way if measured else "",
        own_goal=bool(record.config.get("goal")),
    )


def refresh_outcome(folder: RunFolder) -> None:
    """Write what came of a run that is done, unless a process still works on it.

    Older runs have no such file, and one may have been evaluated again.
    """
    if folder.is_held:
        return
    known = read_outcome(folder.outcome)
    found = outcome_of(folder.path)
    if known is not None and known.change == "untrained" and found.after is None:
        return
    with suppress(OSError):
        replace(found, no_film=known.no_film if known else "").write(folder.outcome)


def _labels_of(folder: RunFolder) -> tuple[int, str]:
    """Return the number of labels in a run's store, and its environment."""
    if not folder.store.is_file():
        return 0, ""
    try:
        with FeedbackStore.open(folder.store) as store:
            return store.counts().labels, store.environment.env_id
    except StoreError:
        return 0, ""


def _change(summary: Summary) -> Change:
    if summary.unchanged:
        return "untrained"
    if summary.before is None or summary.after is None:
        return "unknown"
    return "better" if summary.moved > 0 else "worse" if summary.moved < 0 else "same"


class OutcomeFile:
    """Writes what comes of a training as it comes; where it cannot be written, nothing happens."""

    def __init__(self, folder: RunFolder) -> None:
        """Write into a run folder."""
        self._folder = folder
        self._no_film = ""
        self._told = 0.0

    def filming(self) -> None:
        """Tell that the agent is being filmed."""
        self._write(Outcome("filming"))

    def not_filmed(self, reason: str) -> None:
        """Note why there is no film."""
        self._no_film = reason

    def evaluating(self, done: int, wanted: int) -> None:
        """Tell how many episodes are evaluated, now and then."""
        if done and time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        self._write(Outcome("evaluating", (done, wanted), no_film=self._no_film))

    def done(self) -> None:
        """Write all that is known."""
        self._write(replace(outcome_of(self._folder.path), no_film=self._no_film))

    def _write(self, outcome: Outcome) -> None:
        with suppress(OSError):  # the work is done, and the report says the same
            outcome.write(self._folder.outcome)
