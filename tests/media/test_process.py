"""The drawing process draws what is asked about, and nothing can block it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gymnasium as gym
import pytest
from programs import completed
from test_drawing import record

from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.query import Query
from rlhf_gym.media import decode, draw_clips


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with one query that can be drawn and a newer one that cannot."""
    clip, spec_json, _ = record(gym.make("CartPole-v1"), length=6)
    environment = EnvironmentRecord("CartPole-v1", spec_json, fps=50)
    with FeedbackStore.create(tmp_path / "feedback.db", environment=environment) as store:
        store.add_queries([Query((clip, replace(clip)))])
        store.add_queries([Query((replace(clip), replace(clip, start=None)))])
    return tmp_path


def ready(run: Path) -> int:
    with FeedbackStore.open(run / "feedback.db") as store:
        return store.counts().ready


def test_the_clips_of_open_queries_are_drawn_and_the_others_withdrawn(run: Path) -> None:
    draw_clips(run, lambda: False, until_done=True)
    with FeedbackStore.open(run / "feedback.db") as store:
        counts = store.counts()
        assert (counts.ready, counts.withdrawn) == (1, 1)
        assert ["neither a start" in reason for reason in store.undrawable().values()] == [True]
        (query,) = store.open_queries()
        for clip in query.clips:
            media = store.media(clip.id)
            assert media and media.path == f"clips/{clip.id:06d}.mp4" and media.frames == 6
            assert len(decode(run / media.path)) == 6


def test_of_125_steps_a_second_a_third_is_drawn_and_the_clip_lasts_as_long(tmp_path: Path) -> None:
    clip, spec_json, _ = record(gym.make("CartPole-v1"), length=9)
    environment = EnvironmentRecord("CartPole-v1", spec_json, fps=125)
    with FeedbackStore.create(tmp_path / "feedback.db", environment=environment) as store:
        store.add_queries([Query((clip, replace(clip)))])
        draw_clips(tmp_path, lambda: False, until_done=True)
        media = store.media(store.open_queries()[0].clips[0].id)
    assert media is not None and media.frames == len(decode(tmp_path / media.path)) == 3
    assert media.frames / media.fps == pytest.approx(9 / 125)


def test_it_stops_when_told(run: Path) -> None:
    draw_clips(run, lambda: True)
    assert ready(run) == 0


def test_it_runs_as_a_process_and_ends_with_its_parent(run: Path, tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-m', 'rlhf_gym.media', sys.argv[1]]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(run)], stdout=subprocess.PIPE, env=environment
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    wait_until(lambda: ready(run) == 1)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not alive(child))


def test_it_ends_when_it_is_told_to_although_environments_have_started_sdl(run: Path) -> None:
    process = subprocess.Popen([sys.executable, "-m", "rlhf_gym.media", str(run)])
    wait_until(lambda: ready(run) == 1)
    process.terminate()
    assert process.wait(30) == -signal.SIGTERM


def test_a_folder_that_cannot_be_written_makes_it_wait_and_loses_no_query(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            (run / "clips").rmdir()
        elif asked == 4:
            (run / "clips").mkdir()
        return asked == 8

    draw_clips(run, stop, retry_seconds=0.0)
    assert capsys.readouterr().err.count("drawing is paused") == 3
    assert ready(run) == 1


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    done = completed("-m", "rlhf_gym.media", str(tmp_path))
    assert done.returncode == 1 and "feedback.db" in done.stderr and "Trace" not in done.stderr


def test_without_a_folder_it_says_how_to_use_it() -> None:
    done = completed("-m", "rlhf_gym.media")
    assert done.returncode == 2 and "usage: python -m rlhf_gym.media RUN" in done.stderr


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_why_clips_cannot_be_drawn_is_printed_once(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FeedbackStore.open(run / "feedback.db") as store:
        (first, *_) = store.open_queries()
        broken = [replace(clip, start=None, id=0) for clip in first.clips]
        store.add_queries([Query((broken[0], broken[1]))])
    draw_clips(run, lambda: False, until_done=True)
    assert capsys.readouterr().err.count("cannot be drawn") == 1
