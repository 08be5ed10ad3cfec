"""The page that follows a training."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_folders import full_run, unfinished_run, write_answers, write_rounds, write_settings

from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import Progress, TrainerState
from rlhf_gym.reports.run import LiveReport
from rlhf_gym.results.overview import overview_of


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveReport]:
    with LiveReport(unfinished_run(tmp_path)) as report:
        thread = threading.Thread(target=report.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield report
        report.shutdown()
        thread.join()


def first_line(page: str) -> str:
    """What the page says of the run before all else."""
    found = re.search(r'<p class="status (.*?)" role="status">(.*?)</p>', page)
    assert found is not None
    return re.sub("<.*?>", "", ": ".join(found.groups()))


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


def test_the_first_line_says_what_the_training_does(tmp_path: Path) -> None:
    run = RunFolder(unfinished_run(tmp_path))

    def told(state: TrainerState) -> str:
        with FeedbackStore.open(run.store) as store:
            store.publish(Progress(12_000, 50_000, 10, 50, state=state))
        with LiveReport(run.path) as report:
            return first_line(report.page().decode())

    counts = "12 of 50 labels, 12,000 of 50,000 steps"
    with run.held():
        assert told("first labels") == f"going: The training waits for answers: {counts}"
        assert told("training") == f"going: The agent trains: {counts}"
    dead = told("training")
    assert dead.startswith("died: The training has died: its process was killed")
    assert dead.endswith(f"go on with rlhf-gym train --resume {run.path}")
    assert told("stopped").startswith("stopped: The training was stopped")


def test_a_training_that_failed_is_said_to_have_failed_and_why(tmp_path: Path) -> None:
    run = RunFolder(unfinished_run(tmp_path))
    with FeedbackStore.open(run.store) as store:
        store.publish(Progress(12_000, 50_000, 10, 50, state="stopped", error="the disk is full."))
    with LiveReport(run.path) as report:
        page = report.page().decode()
    assert first_line(page).startswith("failed: The training has ended with an error: 12 of 50")
    assert (
        "Failed after 12,000 of 50,000 steps (24%): the disk is full. Once mended, go on with: "
        f"rlhf-gym train --resume {run.path}" in page
    )


def test_before_training_begins_nothing_is_said_of_the_agent_or_its_reward(tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_rounds(tmp_path, rounds=1, labels=10, correlation=0.2)
    write_answers(tmp_path, [Preference.FIRST, Preference.SECOND] * 5)
    run = RunFolder(tmp_path)
    with run.held(), FeedbackStore.open(run.store) as store:
        store.publish(Progress(3_264, 50_000, 10, 50, state="first labels", awaited=25))
        with LiveReport(tmp_path) as report:
            page = report.page().decode()
        assert (
            "Training has not begun: 10 of the first 25 labels are there, and the agent has" in page
        )
        assert "trained on" not in page and "hardly agree" not in page
        store.publish(Progress(3_264, 50_000, 10, 50, state="stopped", awaited=25))
        with LiveReport(tmp_path) as report:
            assert "Training has not begun: 10 of the first 25" in report.page().decode()
        store.publish(Progress(4_000, 50_000, 25, 50))
        with LiveReport(tmp_path) as report:
            page = report.page().decode()
        assert "trained on Pendulum-v1 for 4,000 steps so far" in page and "hardly agree" in page


def test_a_training_script_that_has_said_nothing_for_long_has_died(tmp_path: Path) -> None:
    script = RunFolder(unfinished_run(tmp_path))
    with FeedbackStore.open(script.store) as store:
        store.publish(Progress(12_000, 50_000, 10, 50))
        assert overview_of(script).state == "training"
    with FeedbackStore.open(script.store, clock=lambda: 0.0) as store:
        store.publish(Progress(12_000, 50_000, 10, 50))
    assert overview_of(script).state == "died"


def test_a_page_that_is_as_it_was_is_not_sent_again(live: LiveReport) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.server_port, timeout=60)
    connection.request("GET", "/")
    first = connection.getresponse()
    assert "connect-src 'self'" in first.read().decode()
    connection.request("GET", "/", headers={"If-None-Match": str(first.headers["ETag"])})
    again = connection.getresponse()
    assert (again.status, again.read()) == (304, b"")
    connection.close()


def test_nothing_else_and_nobody_else_is_answered(live: LiveReport) -> None:
    assert asked(live, "/config.toml")[0] == asked(live, "/../feedback.db")[0] == 404
    assert asked(live, host="evil.example")[0] == 403


def test_the_page_of_a_finished_run_stays(tmp_path: Path) -> None:
    with LiveReport(full_run(tmp_path)) as report:
        assert b'http-equiv="refresh"' not in report.page()
