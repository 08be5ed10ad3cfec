"""CurveRecorder: records the learning curve of a run at about sixty points."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable
from typing import TypeAlias

from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym.runs.records import LABELS, LEARNED_RETURN, SECONDS, STEPS, TRUE_RETURN
from rlhf_gym.training.human_feedback import HumanFeedback

__all__ = ["COLUMNS", "CurveRecorder", "OnProgress", "Point", "curve_text", "mean_true_return"]

POINTS = 60
"""Number of points in a learning curve."""
REPORT_SECONDS = 0.5
"""Shortest time between two reports of progress, in seconds."""
COLUMNS = (
    STEPS,
    SECONDS,
    TRUE_RETURN,
    LABELS,
    LEARNED_RETURN,
    "feedback/accuracy",
    "feedback/correlation",
)
"""Columns of a curve's file, as in the ``progress.csv`` of a run folder."""

Point: TypeAlias = tuple[float, ...]
"""Values of `COLUMNS`."""
OnProgress: TypeAlias = Callable[[int, int], None]
"""Receives the steps taken and the total."""


class CurveRecorder(BaseCallback):
    """Records true return, labels and reward model during training, and reports progress.

    Args:
        on_progress: receives the steps taken and the total, at most twice a second.
        feedback: the plug-in, if the agent learns from answers.
    """

    def __init__(self, on_progress: OnProgress, feedback: HumanFeedback | None = None) -> None:
        super().__init__()
        self._on_progress, self._feedback = on_progress, feedback
        self.points: list[Point] = []
        self._began = time.perf_counter()
        self._due, self._reported = 0, 0.0

    def _on_step(self) -> bool:
        if self.num_timesteps >= self._due:
            self._note()
        if time.monotonic() >= self._reported + REPORT_SECONDS:
            self._reported = time.monotonic()
            self._on_progress(self.num_timesteps, self.model._total_timesteps)
        return True

    def _on_training_end(self) -> None:
        self._note()

    def _note(self) -> None:
        self._due = self.num_timesteps + self.model._total_timesteps // POINTS
        feedback = self._feedback
        latest = feedback.log.latest if feedback else None
        self.points.append(
            (
                self.num_timesteps,
                time.perf_counter() - self._began,
                mean_true_return(self.model.ep_info_buffer),
                feedback.labels_given if feedback else math.nan,
                feedback.log.learned_return if feedback else math.nan,
                latest.accuracy if latest else math.nan,
                latest.correlation if latest else math.nan,
            )
        )


def mean_true_return(episodes: object) -> float:
    """Return the mean true return of a Monitor's last episodes; NaN before the first has ended."""
    returns = [episode["r"] for episode in episodes or ()]  # type: ignore[attr-defined]
    return float(sum(returns) / len(returns)) if returns else math.nan


def curve_text(points: list[Point]) -> str:
    """Write the points as CSV; unknown values are left empty.

    >>> print(curve_text([(100, 1.5, 20.0, math.nan, math.nan, math.nan, math.nan)]).split()[1])
    100,1.5,20,,,,
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for point in points:
        writer.writerow("" if math.isnan(value) else f"{value:.6g}" for value in point)
    return file.getvalue()
