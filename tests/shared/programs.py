"""Python programs in processes of their own, forked from one that has imported torch already.

Starting an interpreter and importing torch takes seconds; a fork takes a hundredth of one. A forked
process is a real one: it has its own id, output, environment and signals, and can be killed. Where
the start itself is tested, or what is imported by it, use `subprocess`.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import runpy
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import IO

import numpy as np

__all__ = ["Program", "completed", "fork_context", "start_server"]

SECONDS = 300.0
"""How long a program may take."""


def start_server() -> None:
    """Start the process from which others are forked, if it does not run; it ends with this one."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), before or ""])
    try:
        multiprocessing.set_forkserver_preload(["warm"])
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def fork_context() -> ForkServerContext:
    """The context of multiprocessing whose processes are forked."""
    start_server()
    return multiprocessing.get_context("forkserver")


class Program:
    """A running program, used like `subprocess.Popen`, in a `with` that kills it at the end.

    Args:
        arguments: what follows ``python`` in a shell: a script, ``-c`` and code, or ``-m`` and a
            module, then the program's own arguments.
        env: the environment; by default this process's.
        new_session: make the process the leader of a process group of its own.
        merged: write errors to the output.
    """

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        new_session: bool = False,
        merged: bool = False,
    ) -> None:
        context = fork_context()
        reader, writer = context.Pipe(duplex=False)
        descriptor, self._errors = tempfile.mkstemp()
        os.close(descriptor)
        environment = dict(os.environ if env is None else env)
        errors = None if merged else self._errors
        self._process = context.Process(
            target=_become, args=(arguments, environment, new_session, writer, errors)
        )
        self._process.start()
        writer.close()
        self.stdout: IO[str] = open(os.dup(reader.fileno()))
        reader.close()

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, or minus the signal that ended it; None while it runs."""
        return self._process.exitcode

    def wait(self) -> int:
        """Wait for the end; gives the exit code, or minus the signal."""
        self._process.join(SECONDS)
        assert self._process.exitcode is not None, f"it still runs after {SECONDS} seconds"
        return self._process.exitcode

    def communicate(self) -> tuple[str, str]:
        """Wait for the end; gives what is left of the output, and the errors."""
        too_late = threading.Timer(SECONDS, self.kill)
        too_late.start()
        output = self.stdout.read()
        self.wait()
        too_late.cancel()
        return output, Path(self._errors).read_text()

    def send_signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.join()
        self.stdout.close()
        Path(self._errors).unlink()


def completed(*arguments: str, env: Mapping[str, str] | None = None) -> CompletedProcess[str]:
    """Run a program to its end, as `subprocess.run` does; see `Program`."""
    with Program(*arguments, env=env) as program:
        output, errors = program.communicate()
        return CompletedProcess(arguments, program.wait(), output, errors)


def _become(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    new_session: bool,
    output: Connection,
    errors: str | None,
) -> None:
    """Run a program in this process."""
    if new_session:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(output.fileno(), 1)
    os.dup2(1 if errors is None else os.open(errors, os.O_WRONLY), 2)
    output.close()
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", 1, closefd=False)
    random.seed()  # else each program would go on from the same state
    np.random.seed()
    match, *rest = arguments
    if match == "-c":
        code, *rest = rest
        sys.argv = ["-c", *rest]
        sys.modules["__main__"] = main = ModuleType("__main__")
        exec(compile(code, "<string>", "exec"), main.__dict__)
    elif match == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [*arguments]
        runpy.run_path(match, run_name="__main__")
