"""Engines: what runs many runs beside each other, in processes here or on a Ray cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Protocol

from rlhf_gym.benchmark.perform import Outcome, failed, perform
from rlhf_gym.benchmark.plan import Run

__all__ = ["Engine", "LocalEngine", "Watch"]


class Watch(Protocol):
    """Sees runs begin and go on."""

    def begun(self, run: Run) -> None:
        """A run begins."""

    def went_on(self, run: Run, done: int, total: int) -> None:
        """A run has taken so many steps of all."""


Engine = Callable[[Sequence[Run], Watch], Iterator[tuple[Run, Outcome]]]
"""Performs runs, and gives each as it ends."""


class LocalEngine:
    """Performs runs in processes of this machine.

    A process that dies takes down its run only: the run becomes a failed row.

    Args:
        processes: so many runs beside each other.
    """

    def __init__(self, processes: int) -> None:
        if processes < 1:
            raise ValueError(f"processes must be at least 1, but is {processes}")
        self._processes = processes

    def __call__(self, runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, Outcome]]:
        """Perform all runs; each is given as it ends."""
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
    """One process, which performs one run after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,))
        self._process.start()
        theirs.close()
        self.alive = True

    def begin(self, run: Run, watch: Watch) -> None:
        """Send the process a run."""
        self.run = run
        watch.begun(run)
        try:
            self.connection.send(run)
        except OSError:  # it died in the meantime; `receive` will see that
            pass

    def receive(self, watch: Watch) -> Outcome | None:
        """What came of the run, or None where it still goes on."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self.alive = False
            self._process.join()
            return failed(self.run, _death(self._process.exitcode))
        if isinstance(message, Outcome):
            return message
        watch.went_on(self.run, *message)
        return None

    def end(self) -> None:
        """Let the process end."""
        self.connection.close()
        self._process.join()

    def kill(self) -> None:
        """End the process in the middle of its run."""
        self.connection.close()
        self._process.terminate()
        self._process.join()


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        reason = ": perhaps the machine ran out of memory" if name == "SIGKILL" else ""
        return f"the run's process was ended by {name}{reason}"
    return f"the run's process ended with exit code {exit_code}"


def _work(connection: Connection) -> None:
    """Perform what is sent, until nothing more is; ends with the process that sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the sender heeds it, for all
    _silence()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # or all that is imported is looked through after each run
    while True:
        try:
            run = connection.recv()
        except (EOFError, OSError):
            return
        outcome = perform(run, lambda done, total: connection.send((done, total)))
        connection.send(outcome)


def _silence() -> None:
    """Progress bars and warnings of libraries would write over the one of the benchmark."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
