"""The window as a person uses it: a real X server, a window manager, real key presses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from displays import start_xvfb
from drawn_runs import MakeRun

from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.teachers import WindowTeacher
from rlhf_gym.window.memory import Remembered, remember

TOOLS = ("Xvfb", "openbox", "xdotool")
pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs Xvfb, openbox, xdotool"),
]


class Desktop:
    """An X server of its own, with or without a window manager."""

    def __init__(self, display: str) -> None:
        self.environment = {**os.environ, "DISPLAY": display}
        for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
            self.environment.pop(name, None)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.window = ""

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE)
        self.processes.append(process)
        return process

    def xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return done.stdout.strip()

    def open(self, run: Path, *options: str) -> subprocess.Popen[bytes]:
        """Open the window on ``run`` and give it the keyboard."""
        command = (
            sys.executable,
            "-m",
            "rlhf_gym.window",
            str(run),
            "--annotator",
            "ada",
            *options,
        )
        process = self.spawn(*command)
        wait(lambda: bool(self.find()) or process.poll() is not None)
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        self.window = self.find()
        self.focus()
        return process

    def find(self) -> str:
        found = self.xdotool("search", "--onlyvisible", "--class", "rlhf-gym").split()
        return found[-1] if found else ""

    def focus(self) -> None:
        self.xdotool("windowfocus", "--sync", self.window)

    def key(self, *keys: str) -> None:
        self.xdotool("key", *keys)

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


def wait(condition: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def log(run: Path) -> list[Judgement]:
    with FeedbackStore.open(run / "feedback.db") as store:
        return store.judgements()


def answer(desktop: Desktop, run: Path, key: str = "Left") -> None:
    """Press a key until one more answer is stored; too early a press must do nothing."""
    before = len(log(run))

    def pressed() -> bool:
        desktop.key(key)
        time.sleep(0.3)
        return len(log(run)) > before

    wait(pressed)
    assert len(log(run)) == before + 1


def bare_desktop() -> Desktop:
    """A display that nobody uses."""
    server, display = start_xvfb()
    desktop = Desktop(display)
    desktop.processes.append(server)
    return desktop


@pytest.fixture
def without_manager() -> Iterator[Desktop]:
    desktop = bare_desktop()
    yield desktop
    desktop.close()


@pytest.fixture
def desktop(without_manager: Desktop) -> Desktop:
    without_manager.spawn("openbox")
    time.sleep(0.5)
    return without_manager


def test_ten_pairs_are_answered_through_resizing_and_minimising(
    desktop: Desktop, make_run: MakeRun
) -> None:
    run = make_run(10)
    window = desktop.open(run, "--no-practice", "--size", "900x600")
    keys = ("Left", "Right", "Up", "Down", "1", "2", "3", "0", "a", "l")
    for number, key in enumerate(keys):
        answer(desktop, run, key)
        if number == 3:
            desktop.xdotool("windowsize", "--sync", desktop.window, "1100", "700")
        if number == 6:
            desktop.xdotool("windowminimize", "--sync", desktop.window)
            time.sleep(0.5)
            desktop.xdotool("windowmap", "--sync", desktop.window)
            desktop.focus()
    assert sorted(judgement.query for judgement in log(run)) == list(range(1, 11))
    desktop.key("alt+F4")
    assert window.wait(20) == 0


def test_a_held_key_is_one_answer(desktop: Desktop, make_run: MakeRun) -> None:
    run = make_run(4)
    desktop.open(run, "--no-practice")
    answer(desktop, run)
    for _ in range(15):  # until the next pair is there
        desktop.xdotool("keydown", "Left")
        time.sleep(2.0)
        if len(log(run)) > 1:
            break
        desktop.xdotool("keyup", "Left")
    time.sleep(2.0)
    desktop.xdotool("keyup", "Left")
    assert len(log(run)) == 2


def test_full_screen_leads_back_to_the_window_of_before(
    desktop: Desktop, make_run: MakeRun
) -> None:
    def geometry() -> str:
        return desktop.xdotool("getwindowgeometry", desktop.window)

    desktop.open(make_run(1), "--no-practice", "--size", "900x600")
    before = geometry()
    assert "900x600" in before
    desktop.key("F11")
    wait(lambda: "1280x800" in geometry())
    desktop.key("F11")
    wait(lambda: geometry() == before)


def test_a_killed_window_loses_nothing_and_the_next_one_goes_on(
    desktop: Desktop, make_run: MakeRun
) -> None:
    run = make_run(6)
    window = desktop.open(run, "--no-practice")
    for _ in range(3):
        answer(desktop, run)
    os.kill(window.pid, signal.SIGKILL)
    window.wait()
    assert len(log(run)) == 3
    desktop.open(run, "--no-practice")
    for _ in range(3):
        answer(desktop, run)
    assert sorted(judgement.query for judgement in log(run)) == [1, 2, 3, 4, 5, 6]


def test_closing_without_a_window_manager_loses_nothing(
    without_manager: Desktop, make_run: MakeRun
) -> None:
    run = make_run(3)
    window = without_manager.open(run, "--no-practice")
    answer(without_manager, run)
    answer(without_manager, run, "Right")
    without_manager.xdotool("windowkill", without_manager.window)
    window.wait(20)
    assert len(log(run)) == 2


def test_practice_comes_first_and_the_menu_saves_and_quits(
    desktop: Desktop, make_run: MakeRun
) -> None:
    run = make_run(1)
    window = desktop.open(run)
    time.sleep(1.0)
    desktop.key("Return")
    for key in ("Left", "Right", "Up"):
        time.sleep(0.5)
        desktop.key(key)
        time.sleep(0.3)
        desktop.key("Return")
    answer(desktop, run)
    desktop.key("Escape")
    time.sleep(0.2)
    for key in ("Up", "Return"):  # the last line of the menu
        desktop.key(key)
        time.sleep(0.2)
    assert window.wait(20) == 0
    assert len(log(run)) == 1


def test_the_teacher_opens_the_window_and_closes_it(
    desktop: Desktop, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(2)
    for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", desktop.environment["DISPLAY"])
    remember("ada", Remembered(practised=True))
    teacher = WindowTeacher("ada")
    teacher.start(run)
    try:
        wait(lambda: bool(desktop.find()))
        with FeedbackStore.open(run / "feedback.db") as store:
            assert teacher.alive and teacher.answer(store.query(1)) is None
            answer(desktop, run)
            teacher.stop()
            assert not teacher.alive
            assert len(store.lease("grace", 2)) == 1
            teacher.start(run)
            wait(lambda: bool(desktop.find()))
            store.publish(Progress(10, 10, 0, 2, state="done"))
        teacher.stop()
        assert teacher.alive  # it shows what came of it
    finally:
        teacher.close()
    assert not teacher.alive


@pytest.mark.parametrize("ended", [{"state": "done"}, {"state": "stopped", "error": "it broke"}])
def test_a_run_that_has_ended_is_opened_at_once(
    desktop: Desktop, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, ended: dict[str, Any]
) -> None:
    run = make_run(1)
    with FeedbackStore.open(run / "feedback.db") as store:
        store.publish(Progress(10, 10, 0, 2, **ended))
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.setenv("DISPLAY", desktop.environment["DISPLAY"])
    remember("ada", Remembered(practised=True))
    teacher = WindowTeacher("ada", draws=False, ends_training=False)
    teacher.start(run)
    try:
        wait(lambda: "CartPole-v1" in desktop.xdotool("getwindowname", desktop.find() or "0"))
    finally:
        teacher.close()
