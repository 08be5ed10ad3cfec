"""A page that follows a training: the report of a run, served to this computer only."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from markupsafe import Markup

from rlhf_gym.basics.program import program
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.run.page import render_page
from rlhf_gym.reports.run.verdict import judge, summarise
from rlhf_gym.results.answers import read_answers
from rlhf_gym.results.overview import RunOverview, overview_of
from rlhf_gym.runs.records import read_run

__all__ = ["LiveReport"]

LOOPBACK = "127.0.0.1"
REFRESH_SECONDS = 10
"""Seconds after which a browser without scripts loads the page again."""
FRESH_SECONDS = 3.0
"""Seconds for which a page is served again without reading the run."""
REST = 9.0
"""Times as long as it took to draw a page no other is drawn: the training needs the processor."""
STATUS = Markup("<!-- status -->")
"""Where in a page the state of the run is written."""
STATES = {
    "warming up": "The untrained agent explores, so that there are clips to ask about",
    "waiting for labels": "The training waits for answers",
    "training": "The agent trains",
    "measuring": "The trained agent is filmed and measured",
    "finished": "The training is finished",
    "stopped": "The training was stopped",
    "failed": "The training has ended with an error",
    "died": "The training has died: its process was killed, or the computer was restarted",
    "not begun": "The training has not begun",
}
ENDED = ("finished", "stopped", "failed", "died")


class LiveReport(ThreadingHTTPServer):
    """Serves the report of a run on the loopback interface, as it is now.

    It reads files only: no clip is drawn, and no model is loaded.

    Args:
        run: the run folder.
        port: the port; 0 takes one that is free.

    Raises:
        ValueError: there is no such run.
        OSError: the port is taken.
    """

    daemon_threads = True

    def __init__(self, run: str | Path, port: int = 0) -> None:
        self.run = RunFolder.open(run).path
        self._page, self._seen, self._until = "", ("", ""), 0.0
        self._one_at_a_time = threading.Lock()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{LOOPBACK}:{self.server_port}/"

    def page(self) -> bytes:
        """Return the report as it is now; figures may be a little older than its first line."""
        with self._one_at_a_time:
            state = overview_of(RunFolder(self.run))
            seen = (state.state, _changes(self.run))
            ended = state.state in ENDED and state.state != self._seen[0]
            if seen != self._seen and (ended or time.monotonic() >= self._until):
                began = time.thread_time()
                self._page, self._seen = _page(self.run, state), seen
                rest = max(FRESH_SECONDS, REST * (time.thread_time() - began))
                self._until = time.monotonic() + rest
            return self._page.replace(STATUS, _status(state), 1).encode()


def _changes(path: Path) -> str:
    """Return a text that is another one as soon as the run has written something."""
    run = RunFolder(path)
    files = [run.store, run.store.with_name(f"{run.store.name}-wal"), run.evaluation, run.config]
    files += [*sorted(path.glob("*.csv")), *sorted(path.glob("*.jsonl")), *run.videos.glob("*.mp4")]
    return " ".join(f"{each.stat().st_mtime_ns}" for each in files if each.is_file())


def _page(path: Path, state: RunOverview) -> str:
    run = read_run(path)
    log = read_answers(run.folder.store)
    result = summarise(run, log)
    verdict = judge(result, run, log)
    refresh = None if state.state == "finished" else REFRESH_SECONDS
    return render_page(run, log, result, verdict, refresh=refresh, status=STATUS)


def _status(run: RunOverview) -> Markup:
    """Say in one line what the training does now."""
    going = run.state not in ENDED
    text = f"{STATES.get(run.state, run.state)}: {', '.join(_counts(run))}"
    line = Markup('<p class="status {}" role="status">{}').format(
        "going" if going else run.state, text
    )
    if run.env_id and run.state in ("stopped", "failed", "died"):
        line += Markup(". All answers are kept; go on with <code>{} train --resume {}</code>")
        line = line.format(program(), run.folder)
    return line + Markup("</p>")


def _counts(run: RunOverview) -> Iterator[str]:
    for done, wanted, name in (
        (run.labels, run.budget, "labels"),
        (run.steps, run.planned, "steps"),
    ):
        yield f"{done:,} {name}" if wanted is None else f"{done:,} of {wanted:,} {name}"


class _Handler(BaseHTTPRequestHandler):
    server: LiveReport

    def do_GET(self) -> None:
        """Answer with the page; other addresses, and other names of this computer, get none."""
        port = self.server.server_port
        if self.headers.get("Host") not in (f"{LOOPBACK}:{port}", f"localhost:{port}"):
            self.send_error(HTTPStatus.FORBIDDEN)  # a page elsewhere whose name was bent to here
        elif self.path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._answer(self.server.page())

    def _answer(self, page: bytes) -> None:
        tag = f'"{hashlib.sha256(page).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("ETag", tag)
        self.end_headers()
        with suppress(ConnectionError):  # the page was closed meanwhile
            self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Print no line for each request."""
