"""TrainingBar: how far a training is, on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym.training.human_feedback import HumanFeedback

__all__ = ["TrainingBar", "episodes_bar"]

MOVE_SECONDS = 0.1
"""Seconds, at least, between two moves of the bar."""


class _Labels(ProgressColumn):
    """Shows the number of labels, and whether training waits for the first of them."""

    def __init__(self, feedback: HumanFeedback) -> None:
        super().__init__()
        self._feedback = feedback

    def render(self, task: Task) -> Text:
        """Read the number from the feedback, also while the trainer waits."""
        given, wanted = self._feedback.labels_given, self._feedback.settings.labels
        begun = self._feedback.loop.first_round_done
        waits = "" if begun else ", training begins after the first"
        return Text(f"{given:,} of {wanted:,} labels{waits}")


class TrainingBar(BaseCallback):
    """Shows the steps of the whole run: a resumed one goes on where it was, and ends at 100 %.

    Use it as a context, and as a callback of ``learn``. It is shown on a terminal only.

    Args:
        feedback: the plug-in that trains the agent.
        done: training steps that the agent has taken.
        total: training steps that are planned.
        shown: whether to show it.
        console: where; by default on the standard error stream.
    """

    def __init__(
        self,
        feedback: HumanFeedback,
        done: int,
        total: int,
        *,
        shown: bool = True,
        console: Console | None = None,
    ) -> None:
        super().__init__()
        console = Console(stderr=True) if console is None else console
        self._progress = Progress(
            TaskProgressColumn(),
            BarColumn(),
            TextColumn("{task.completed:,} of {task.total:,} steps"),
            _Labels(feedback),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not (shown and console.is_terminal),
        )
        self._task = self._progress.add_task("", total=total, completed=min(done, total))
        self._total, self._moved = total, 0.0

    def __enter__(self) -> TrainingBar:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar where it is."""
        self._progress.stop()

    @property
    def shown(self) -> tuple[int, int]:
        """Steps done and planned, as the bar shows them."""
        return int(self._progress.tasks[0].completed), self._total

    def _on_step(self) -> bool:
        now = time.monotonic()
        if now - self._moved >= MOVE_SECONDS:
            self._moved = now
            self._move()
        return True

    def _on_training_end(self) -> None:
        self._move()

    def _move(self) -> None:
        self._progress.update(self._task, completed=min(self.num_timesteps, self._total))


@contextmanager
def episodes_bar(
    total: int, *, shown: bool = True, console: Console | None = None
) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many episodes are evaluated, and how long the others will take.

    Args:
        total: episodes in all.
        shown: whether to show it.
        console: where; by default on the standard error stream.

    Yields:
        What is to be called with the number of episodes so far.
    """
    console = Console(stderr=True) if console is None else console
    with Progress(
        TaskProgressColumn(),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,} episodes"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not (shown and console.is_terminal),
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
