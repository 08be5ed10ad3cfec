"""Engines: they perform many runs at once, in local processes or on a Ray cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Annotated, Protocol, TypeAlias

from rlhf_gym.basics.checks import Limits, check_arguments
from rlhf_gym.basics.interrupts import STOPS
from rlhf_gym.benchmark.perform import RunOutcome, failed, perform
from rlhf_gym.benchmark.plan import Run
from rlhf_gym.environments.processes import worker_context

__all__ = ["Engine", "LocalEngine", "Watch"]


class Watch(Protocol):
    """Observes the runs of an engine."""

    def begun(self, run: Run) -> None:
        """React to a run that begins."""

    def went_on(self, run: Run, done: int, total: int) -> None:
        """React to a run that has taken ``done`` of ``total`` steps."""


Engine = Callable[[Sequence[Run], Watch], Iterator[tuple[Run, RunOutcome]]]
"""Performs runs, and yields each as it ends."""


Processes: TypeAlias = Annotated[int, Limits(at_least=1, at_most=4096)]
"""A number of processes."""


class LocalEngine:
    """Performs runs in processes of this machine.

    If a process dies, only its run is lost: it becomes a failed row.

    Args:
        processes: number of runs at a time.
    """

    def __init__(self, processes: Processes) -> None:
        check_arguments(LocalEngine.__init__, locals())
        self._processes = processes

    def __call__(self, runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, RunOutcome]]:
        """Perform all runs, and yield each as it ends."""
        waiting = list(reversed(runs))
        workers: list[_Worker] = []
        try:
            while waiting or workers:
                while waiting and len(workers) < self._processes:
                    workers.append(_Worker())
                    workers[-1].begin(waiting.pop(), watch)
                ready = wait([worker.connection for worker in workers])
                for worker in [worker for worker in workers if worker.connection in ready]:
                    run = worker.run
                    outcome = worker.receive(watch)
                    if outcome is None:
                        continue
                    yield run, outcome
                    if waiting and worker.alive:
                        worker.begin(waiting.pop(), watch)
                    else:
                        workers.remove(worker)
                        worker.end()
        finally:
            for worker in workers:
                worker.kill()


class _Worker:
    """One process, which performs runs one by one."""

    def __init__(self) -> None:
        context = worker_context()
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,))
        self._process.start()
        theirs.close()
        self.alive = True

    def begin(self, run: Run, watch: Watch) -> None:
        """Send a run to the process."""
        self.run = run
        watch.begun(run)
        try:
            self.connection.send(run)
        except OSError:  # the process has died, which `receive` will notice
            pass

    def receive(self, watch: Watch) -> RunOutcome | None:
        """Return the outcome of the run, or None while it continues."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self.alive = False
            self._process.join()
            return failed(self.run, _death(self._process.exitcode))
        if isinstance(message, RunOutcome):
            return message
        watch.went_on(self.run, *message)
        return None

    def end(self) -> None:
        """Let the process end."""
        self.connection.close()
        self._process.join()

    def kill(self) -> None:
        """End the process at once, in the middle of its run."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        reason = ": perhaps the machine ran out of memory" if name == "SIGKILL" else ""
        return f"the run's process was ended by {name}{reason}"
    return f"the run's process ended with exit code {exit_code}"


def _work(connection: Connection) -> None:
    """Perform the runs that are sent, until the sender closes the connection or dies."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)  # the sender handles it for all
    _silence()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # else each collection would scan all imported modules
    while True:
        try:
            run = connection.recv()
        except (EOFError, OSError):
            return
        outcome = perform(run, lambda done, total: connection.send((done, total)))
        connection.send(outcome)


def _silence() -> None:
    """Discard output of libraries, which would overwrite the benchmark's progress bars."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
