"""Display: how far a benchmark is, one line a run and one for all."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

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

__all__ = ["Display", "told"]


class Display:
    """A line for each run under way, one for all, and one for each that has ended above them.

    Args:
        wanted: runs to do.
        known: runs that were done before.
        tell: gets the line of each run that has ended where no progress is shown.
        progress: show lines that move; only on a terminal.
    """

    def __init__(
        self, wanted: int, known: int, tell: Callable[[str], None], *, progress: bool = True
    ) -> None:
        console = Console(stderr=True)
        self._moves = progress and console.is_terminal
        self._tell = tell
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
        """Show it."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()

    def begun(self, run: Run) -> None:
        """A run begins."""
        total = run.settings.steps
        self._tasks[run.name] = self._progress.add_task(run.name, total=total)

    def went_on(self, run: Run, done: int, total: int) -> None:
        """A run has taken so many steps of all."""
        if run.name in self._tasks:
            self._progress.update(self._tasks[run.name], completed=min(done, total), total=total)

    def ended(self, run: Run, row: Row) -> None:
        """A run has ended."""
        if run.name in self._tasks:
            self._progress.remove_task(self._tasks.pop(run.name))
        self._progress.advance(self._all)
        if self._moves:
            self._progress.console.print(told(run, row), highlight=False, markup=False)
        else:
            self._tell(told(run, row))


def told(run: Run, row: Row) -> str:
    """One line about a run that has ended."""
    if row.status == "failed":
        return f"{run.name}: FAILED: {row.error}"
    return f"{run.name}: {row.mean_return:.1f} in {row.seconds:.0f} s"
