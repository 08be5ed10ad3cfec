"""A page that follows a training: the report of a run, served to this computer only."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.run.page import render_page
from rlhf_gym.reports.run.verdict import judge, summarise
from rlhf_gym.results.answers import read_answers
from rlhf_gym.runs.records import read_run

__all__ = ["LiveReport"]

LOOPBACK = "127.0.0.1"
REFRESH_SECONDS = 10
"""Seconds after which a browser loads the page again, while the run is not finished."""
FRESH_SECONDS = 3.0
"""Seconds for which a page is served again without reading the run."""


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
        self._page, self._made = b"", -FRESH_SECONDS
        self._one_at_a_time = threading.Lock()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{LOOPBACK}:{self.server_port}/"

    def page(self) -> bytes:
        """Return the report as it is now."""
        with self._one_at_a_time:
            if time.monotonic() - self._made >= FRESH_SECONDS:
                self._page = _page(self.run).encode()
                self._made = time.monotonic()
            return self._page


def _page(path: Path) -> str:
    run = read_run(path)
    log = read_answers(run.folder.store)
    result = summarise(run, log)
    verdict = judge(result, run, log)
    refresh = None if run.evaluation.after else REFRESH_SECONDS
    return render_page(run, log, result, verdict, refresh=refresh)


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
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Print no line for each request."""
