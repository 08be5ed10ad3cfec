"""The page that follows a training."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_folders import full_run, unfinished_run

from rlhf_gym.reports.run import LiveReport


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveReport]:
    with LiveReport(unfinished_run(tmp_path)) as report:
        thread = threading.Thread(target=report.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield report
        report.shutdown()
        thread.join()


def asked(live: LiveReport, path: str = "/", host: str | None = None) -> tuple[int, str]:
    """Status and text of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", live.server_port, timeout=60)
    headers = {} if host is None else {"Host": host}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_the_page_of_an_unfinished_run_loads_itself_again(live: LiveReport) -> None:
    assert live.server_address[0] == "127.0.0.1" and live.url.startswith("http://127.0.0.1:")
    status, page = asked(live)
    assert status == 200 and 'http-equiv="refresh"' in page
    assert "Unfinished: 11,000 of 50,000 steps" in page
    assert not (live.run / "report.html").exists()


def test_nothing_else_and_nobody_else_is_answered(live: LiveReport) -> None:
    assert asked(live, "/config.toml")[0] == asked(live, "/../feedback.db")[0] == 404
    assert asked(live, host="evil.example")[0] == 403


def test_the_page_of_a_finished_run_stays(tmp_path: Path) -> None:
    with LiveReport(full_run(tmp_path)) as report:
        assert b'http-equiv="refresh"' not in report.page()
