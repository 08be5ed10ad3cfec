"""DrawnClips: ends a training whose clips cannot be drawn, instead of asking for ever."""

from __future__ import annotations

from rlhf_gym.feedback import FeedbackStore

__all__ = ["ClipsNotDrawn", "DrawnClips"]

IN_A_ROW = 3
"""Number of clips in a row that could not be drawn, after which a training ends."""


class ClipsNotDrawn(RuntimeError):
    """The clips of an environment cannot be drawn, so that nobody can be asked about them."""


class DrawnClips:
    """Counts the clips that could not be drawn since the last one that could.

    The first question is asked once its clips are drawn, and training begins after the first
    answers: an environment that cannot be drawn is therefore found before training.
    """

    def __init__(self, store: FeedbackStore) -> None:
        """Look at the clips of ``store``; those that failed before now do not count."""
        self._store = store
        self._drawn, self._failed = store.drawn_clips(), len(store.undrawable())
        self._before = self._failed

    def check(self) -> None:
        """Raise `ClipsNotDrawn` after a few failures in a row, with why and what to do."""
        failed = self._store.undrawable()
        if len(failed) == self._failed:
            return
        self._failed, drawn = len(failed), self._store.drawn_clips()
        if drawn != self._drawn:
            self._drawn, self._before = drawn, len(failed) - 1
        in_a_row = len(failed) - self._before
        if in_a_row < IN_A_ROW:
            return
        raise ClipsNotDrawn(
            f"{in_a_row} clips in a row could not be drawn, and nobody can be asked about what "
            f"cannot be seen: {failed[max(failed)]}. Mend how the environment is drawn "
            "(rlhf_gym.environments.check_environment tests it), or take a simulated teacher "
            "(--teacher synthetic); a script can film it as it runs (make_vec_env(..., "
            "snapshots=False)). The run can then be resumed"
        )
