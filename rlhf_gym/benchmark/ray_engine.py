"""RayEngine: performs runs on a Ray cluster of one or many machines."""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from rlhf_gym.basics.installation import install_extra
from rlhf_gym.basics.temporary import temporary_folder
from rlhf_gym.benchmark.engines import Watch
from rlhf_gym.benchmark.perform import RunOutcome, failed, perform
from rlhf_gym.benchmark.plan import Run

__all__ = ["RayEngine"]

OTHER_MACHINES = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Variable of the environment by which Ray lets no other machine reach what it starts, if it is 0,
on any system; who has set it to 1 is heeded."""
RETRIES = 3
"""Times that a run is repeated after its worker died."""
LOOK_SECONDS = 0.5
"""Seconds between two looks at the progress of the runs."""
ANSWER_SECONDS = 5.0
"""Seconds within which a Ray cluster must answer."""
PREFACE, SETTINGS = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 4
EMPTY_SETTINGS = bytes([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0])


class RayEngine:
    """Performs runs as tasks of Ray Core, with one CPU each, and one GPU if they may use it.

    A run whose worker dies is repeated, at most three times; then it becomes a failed row.

    Args:
        address: ``host:port`` of a cluster, ``"auto"`` for the cluster of this machine, or None to
            start one here, which ends after the runs.

    Raises:
        ValueError: Ray is not installed, or nothing answers at the address.
    """

    def __init__(self, address: str | None = None) -> None:
        if importlib.util.find_spec("ray") is None:
            raise ValueError(f"Ray is not installed: {install_extra('ray')}")
        if address not in (None, "auto"):
            _check_answers(address)
        self._address = address

    def __call__(self, runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, RunOutcome]]:
        """Connect to Ray, then perform all runs, and yield each as it ends."""
        connection = ExitStack()
        connection.enter_context(_connected(self._address))
        return _until_done(connection, runs, watch)


def _until_done(
    connection: ExitStack, runs: Sequence[Run], watch: Watch
) -> Iterator[tuple[Run, RunOutcome]]:
    with connection:
        yield from _perform_all(runs, watch)


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """Connect to Ray, or start it here, reachable from this machine only, and leave nothing."""
    with temporary_folder() as sessions:
        here: dict[str, Any] = {}
        if address is None:
            os.environ.setdefault(OTHER_MACHINES, "0")  # read when Ray is imported
            here = {"include_dashboard": False, "_temp_dir": str(sessions)}
        import ray

        try:
            ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level=logging.ERROR,
                **here,
            )
        except ConnectionError as error:
            raise ValueError(
                f"no Ray cluster answers at {address}: {error}; start one with "
                "`ray start --head`, or leave --address out"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def _perform_all(runs: Sequence[Run], watch: Watch) -> Iterator[tuple[Run, RunOutcome]]:
    import ray

    board: Any = ray.remote(num_cpus=0)(_Board).remote()
    task = ray.remote(num_cpus=1, max_retries=RETRIES)(_performed)
    there = ray.cluster_resources().get("GPU", 0)  # type: ignore[no-untyped-call]
    pending = {task.options(num_gpus=gpus(run, there)).remote(run, board): run for run in runs}
    begun: set[str] = set()
    by_name = {run.name: run for run in runs}
    while pending:
        ready, _ = ray.wait(list(pending), timeout=LOOK_SECONDS)
        news: Any = ray.get(board.take.remote())
        for name, (done, total) in news.items():
            if name not in begun:
                begun.add(name)
                watch.begun(by_name[name])
            watch.went_on(by_name[name], done, total)
        for reference in ready:
            run = pending.pop(reference)
            try:
                yield run, ray.get(reference)
            except ray.exceptions.RayError as error:
                yield run, failed(run, f"{type(error).__name__}: {error}".splitlines()[0])


def gpus(run: Run, there: float) -> int:
    """Return the GPUs that a run asks for; a cluster without any would never begin it."""
    return int(there > 0 and run.settings.device != "cpu")


class _Board:
    """The progress of all runs: an actor that the tasks write to and the benchmark reads."""

    def __init__(self) -> None:
        self._news: dict[str, tuple[int, int]] = {}

    def note(self, name: str, done: int, total: int) -> None:
        """Note that a run has taken ``done`` of ``total`` steps."""
        self._news[name] = (done, total)

    def take(self) -> dict[str, tuple[int, int]]:
        """Return the notes since the last call."""
        news, self._news = self._news, {}
        return news


def _performed(run: Run, board: Any) -> RunOutcome:
    return perform(run, lambda done, total: board.note.remote(run.name, done, total))


def _check_answers(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        raise ValueError(f"a Ray address is host:port or auto, but {address!r} was given")
    try:
        with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as connection:
            answered = address.startswith("ray://") or _speaks_grpc(connection)
    except OSError as error:
        raise ValueError(
            f"nothing answers at the Ray address {address}: {error}; start a cluster with "
            "`ray start --head`, or leave --address out"
        ) from error
    if not answered:
        raise ValueError(
            f"the program that answers at {address} is not Ray; give "
            "the address that `ray start --head` printed, or leave --address out"
        )


def _speaks_grpc(connection: socket.socket) -> bool:
    """Whether the other side greets with SETTINGS, as HTTP/2 and so gRPC does (RFC 9113, 3.4)."""
    if os.environ.get("RAY_USE_TLS", "0") != "0":
        return True
    connection.sendall(PREFACE + EMPTY_SETTINGS)
    connection.settimeout(ANSWER_SECONDS)
    header = connection.recv(9, socket.MSG_WAITALL)
    return len(header) == 9 and header[3] == SETTINGS
