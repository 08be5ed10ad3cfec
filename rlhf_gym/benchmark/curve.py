"""Curve: what is noted while a run trains, about sixty times."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable
from typing import TypeAlias

from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym.training.human_feedback import HumanFeedback

__all__ = ["COLUMNS", "Curve", "Point", "Tell", "curve_text", "mean_true_return"]

POINTS = 60
TELL_SECONDS = 0.5
COLUMNS = (
    "time/total_timesteps",
    "time/time_elapsed",
    "rollout/ep_rew_mean",
    "feedback/labels",
    "feedback/learned_return",
    "feedback/accuracy",
    "feedback/correlation",
)
"""As in the ``progress.csv`` of a run folder."""

Point: TypeAlias = tuple[float, ...]
"""Values of `COLUMNS`."""
Tell: TypeAlias = Callable[[int, int], None]
"""Gets the steps taken and the steps in all."""


class Curve(BaseCallback):
    """Notes true return, labels and the reward model on the way, and tells how far training is.

    Args:
        tell: gets the steps taken and the steps in all, at most twice a second.
        feedback: where labels and reward model are, if there are any.
    """

    def __init__(self, tell: Tell, feedback: HumanFeedback | None = None) -> None:
        super().__init__()
        self._tell, self._feedback = tell, feedback
        self.points: list[Point] = []
        self._began = time.perf_counter()
        self._due, self._told = 0, 0.0

    def _on_step(self) -> bool:
        if self.num_timesteps >= self._due:
            self._note()
        if time.monotonic() >= self._told + TELL_SECONDS:
            self._told = time.monotonic()
            self._tell(self.num_timesteps, self.model._total_timesteps)
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
    """Mean true return of the last episodes, as a Monitor told them; NaN where none has ended."""
    returns = [episode["r"] for episode in episodes or ()]  # type: ignore[attr-defined]
    return float(sum(returns) / len(returns)) if returns else math.nan


def curve_text(points: list[Point]) -> str:
    """The points as CSV; what is not known is left empty.

    >>> print(curve_text([(100, 1.5, 20.0, math.nan, math.nan, math.nan, math.nan)]).split()[1])
    100,1.5,20,,,,
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for point in points:
        writer.writerow("" if math.isnan(value) else f"{value:.6g}" for value in point)
    return file.getvalue()
