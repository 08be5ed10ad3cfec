"""The worker processes of A3C, as the trainer sees them: started, replaced and ended."""

from __future__ import annotations

import multiprocessing
import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

import cloudpickle  # type: ignore[import-untyped]

from rlhf_gym.agents.a3c.env_share import drawn_seed
from rlhf_gym.agents.a3c.worker import (
    Assignment,
    Failure,
    Ready,
    Rollout,
    Trained,
    Turn,
    run_worker,
)
from rlhf_gym.basics.faults import first_line
from rlhf_gym.basics.interrupts import blocked_interrupts
from rlhf_gym.environments.processes import worker_context

__all__ = ["WorkerError", "Workers", "mean_metrics"]

END_SECONDS = 5.0
"""Seconds that a worker may take to end by itself, and then after a signal."""
PLAIN: dict[Turn, bytes] = {"act": pickle.dumps(("act", {})), "train": pickle.dumps(("train", {}))}
"""The message that allows a turn, while nothing has changed."""


class WorkerError(RuntimeError):
    """A worker raised an exception, or died before it did anything."""


class Workers:
    """Worker processes that report in rounds, each on its next rollout, then on its training.

    A worker that is killed is replaced, with a warning, and begins new episodes. One that raises,
    or dies in its first rollout, where another would die as well, ends the run.

    Args:
        assignments: one of each worker.
        start_method: of multiprocessing; by default forkserver where there is one, else spawn.
        replaced: called with the assignment of a worker that had to be replaced.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        start_method: str | None,
        replaced: Callable[[Assignment], None],
    ) -> None:
        self._context = worker_context(start_method)
        self._replaced = replaced
        self._workers: list[_Worker] = []
        self._allowance = PLAIN["act"]
        try:
            for assignment in assignments:
                self._workers.append(_Worker(assignment, self._context))
        except BaseException:
            self.close()
            raise

    def await_ready(self) -> None:
        """Wait until each worker can begin.

        Raises:
            WorkerError: one cannot.
        """
        for index in range(len(self._workers)):
            self._next_report(index)

    def act(self, changes: Mapping[str, Any]) -> list[Rollout]:
        """Allow each worker to act, and wait for the next rollout of each.

        Args:
            changes: attributes of the agent that have changed since training began.

        Raises:
            WorkerError: a worker cannot go on.
        """
        self._allow("act", changes)
        rollouts = []
        for index in range(len(self._workers)):
            while not isinstance(report := self._next_report(index), Rollout):
                if report is None:
                    self._workers[index].allow(self._allowance)
            rollouts.append(report)
        return rollouts

    def train(self, changes: Mapping[str, Any]) -> list[Trained]:
        """Allow each worker to train on its rollout; return the reports of those that have.

        Args:
            changes: as in `act`.

        Raises:
            WorkerError: a worker cannot go on.
        """
        self._allow("train", changes)
        reports = [self._next_report(index) for index in range(len(self._workers))]
        return [report for report in reports if isinstance(report, Trained)]

    def _allow(self, turn: Turn, changes: Mapping[str, Any]) -> None:
        self._allowance = bytes(cloudpickle.dumps((turn, changes))) if changes else PLAIN[turn]
        for worker in self._workers:
            worker.allow(self._allowance)

    def close(self) -> None:
        """End all workers; returns when they are gone."""
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _next_report(self, index: int) -> Ready | Rollout | Trained | None:
        """Return a worker's next report; None means that it has died, and is replaced."""
        worker = self._workers[index]
        report = worker.receive()
        if isinstance(report, Failure):
            raise WorkerError(
                f"worker {index} stopped at an exception; it was:\n\n{report.traceback}"
            )
        if report is None:
            self._replace(worker)
        return report

    def _replace(self, worker: _Worker) -> None:
        assignment = worker.assignment
        worker.connection.close()
        worker.end()
        died = f"worker {assignment.index} (process {worker.process.pid}) died with exit code "
        died += f"{worker.process.exitcode}"
        if worker.rollouts == 0:
            raise WorkerError(
                f"{died} before its first rollout was done. Where each process runs the script "
                'again, training belongs under `if __name__ == "__main__":`; a negative code is '
                "a signal, and -9 often means that memory ran out"
            )
        warnings.warn(
            f"{died} and is replaced; its environments begin new episodes",
            RuntimeWarning,
            stacklevel=2,
        )
        share = assignment.share
        seeds = tuple(drawn_seed() for _ in share.seeds)
        assignment = replace(
            assignment,
            share=replace(share, seeds=seeds),
            rollouts=assignment.rollouts - worker.rollouts,
            seed=drawn_seed(),
            torch_state=None,
        )
        self._replaced(assignment)
        self._workers[assignment.index] = _Worker(assignment, self._context)


class _Worker:
    """One process, and the connection to it."""

    def __init__(self, assignment: Assignment, context: Any) -> None:
        self.assignment = assignment
        self.rollouts = 0
        """Number of rollouts received."""
        ours, theirs = context.Pipe()
        self.connection: Connection = ours
        self.process: multiprocessing.Process = context.Process(
            target=run_worker,
            args=(assignment, theirs),
            name=f"A3C worker {assignment.index}",
            daemon=True,
        )
        try:
            with blocked_interrupts():
                self.process.start()
        except (AttributeError, TypeError, pickle.PicklingError) as error:
            raise ValueError(
                "a wrapper around the vector environment cannot be sent to worker "
                f"processes ({first_line(error)}): define its class and functions in a "
                "module, not in a function"
            ) from error
        except BaseException:  # Ctrl-C that was held back
            ours.close()
            self.end()
            raise
        finally:
            theirs.close()

    def receive(self) -> Ready | Rollout | Trained | Failure | None:
        """Wait for the worker's next report; None means that it has died."""
        try:
            report: Ready | Rollout | Trained | Failure = pickle.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            return None
        self.rollouts += isinstance(report, Rollout)
        return report

    def allow(self, allowance: bytes) -> None:
        """Allow one more turn, unless the worker has died or is done."""
        with suppress(OSError):
            self.connection.send_bytes(allowance)

    def end(self) -> None:
        """Wait until the process, whose connection is closed, has ended; kill it if necessary."""
        if self.process.pid is None:
            return
        self.process.join(END_SECONDS)
        for insist in (self.process.terminate, self.process.kill):
            if self.process.exitcode is None:
                insist()
                self.process.join(END_SECONDS)


def mean_metrics(trained: Sequence[Trained]) -> dict[str, Any]:
    """Return what the workers logged, averaged; counters are the trainer's own."""
    if not trained:  # all have died and are replaced
        return {}
    names = trained[0].metrics.keys() - {"train/n_updates", "train/learning_rate"}
    return {
        name: sum(float(each.metrics[name]) for each in trained) / len(trained)
        for name in sorted(names)
    }
