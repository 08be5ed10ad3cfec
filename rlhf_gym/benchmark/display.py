"""Display: the progress of a benchmark, with one line for each run and one for all."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from rlhf_gym.benchmark.plan import Run
from rlhf_gym.results.row import Row

__all__ = ["Display", "result_line"]


class Display:
    """Shows a line for each current run, one for all runs, and above them the finished runs.

    Args:
        wanted: number of runs to do.
        known: number of runs that were done before.
        log: receives the line of each finished run if no progress bars are shown.
        progress: whether to show progress bars; they are shown on a terminal only.
    """

    def __init__(
        self, wanted: int, known: int, log: Callable[[str], None], *, progress: bool = True
    ) -> None:
        console = Console(stderr=True)
        self._moves = progress and console.is_terminal
        self._log = log
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not self._moves,
        )
        self._all = self._progress.add_task("all runs", total=wanted + known, completed=known)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Display:
        """Show the progress bars."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()

    def begun(self, run: Run) -> None:
        """Add a run that begins."""
        total = run.settings.steps
        self._tasks[run.name] = self._progress.add_task(run.name, total=total)

    def went_on(self, run: Run, done: int, total: int) -> None:
        """Show that a run has taken ``done`` of ``total`` steps."""
        if run.name in self._tasks:
            self._progress.update(self._tasks[run.name], completed=min(done, total), total=total)

    def ended(self, run: Run, row: Row) -> None:
        """Show the result of a run."""
        if run.name in self._tasks:
            self._progress.remove_task(self._tasks.pop(run.name))
        self._progress.advance(self._all)
        if self._moves:
            self._progress.console.print(result_line(run, row), highlight=False, markup=False)
        else:
            self._log(result_line(run, row))


def result_line(run: Run, row: Row) -> str:
    """Write one line about a finished run."""
    if row.status == "failed":
        return f"{run.name}: FAILED: {row.error}"
    return f"{run.name}: {row.mean_return:.1f} in {row.seconds:.0f} s"
