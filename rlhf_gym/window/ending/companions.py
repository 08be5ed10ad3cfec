"""Companions: what the last page starts beside the window, each in a process or thread of its own.

Closing the window ends none of them.
"""

from __future__ import annotations

import queue
import subprocess
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import IO

from rlhf_gym.basics.processes import module_command
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["Companions"]

PROGRAM = "rlhf_gym.cli.main"


class Companions:
    """Lets a person watch the agent, or read the report.

    Attributes:
        news: what became of it, in sentences.
    """

    def __init__(self, run: Path) -> None:
        """Work for a run folder."""
        self._folder = RunFolder(run)
        self.news: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._watching: threading.Thread | None = None
        self._opening: threading.Thread | None = None

    def watch(self) -> None:
        """Open a window in which the agent acts, unless one is open."""
        if not _works(self._watching):
            self._watching = _start("watch", self._watch)

    def open_report(self) -> None:
        """Open the report in the browser; write it first if it is older than what it is about."""
        if not _works(self._opening):
            self._opening = _start("report", self._open_report)

    def _watch(self) -> None:
        failure = _run("watch", self._folder.path)
        self.news.put(f"The agent cannot be watched: {failure}" if failure else "")

    def _open_report(self) -> None:
        report = self._folder.report
        if not _is_newer(report, self._folder.evaluation, self._folder.outcome):
            self.news.put("Writing the report, which takes some seconds…")
            failure = _run("report", self._folder.path)
            if failure:
                self.news.put(f"The report cannot be written: {failure}")
                return
        print(f"report: {report.resolve()}", flush=True)
        try:
            opened = webbrowser.open(report.resolve().as_uri())
        except (webbrowser.Error, OSError):
            opened = False
        told = "was handed to your browser" if opened else "cannot be opened, there is no browser"
        self.news.put(f"The report {told}. It lies at {report}")


def _run(command: str, run: Path) -> str:
    """Run a command of ours to its end; return the last line of what it said if it failed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        # A session of its own: closing the terminal, or the window, does not end it.
        code = subprocess.run(
            module_command(PROGRAM, command, str(run)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
            check=False,
        ).returncode
        return "" if code == 0 else _last_line(said) or f"exit code {code}"


def _last_line(said: IO[str]) -> str:
    said.seek(0)
    lines = [line.strip() for line in said.read().splitlines() if line.strip()]
    return lines[-1].removeprefix("rlhf-gym: ") if lines else ""


def _is_newer(report: Path, *others: Path) -> bool:
    if not report.is_file():
        return False
    written = report.stat().st_mtime_ns
    return all(written >= other.stat().st_mtime_ns for other in others if other.is_file())


def _works(thread: threading.Thread | None) -> bool:
    return thread is not None and thread.is_alive()


def _start(name: str, act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act, name=name, daemon=True)
    thread.start()
    return thread
