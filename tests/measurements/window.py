"""The window beside a trainer: how soon it asks, how smooth it is, and what it costs the trainer.

``first``: the seconds from the command ``rlhf-gym train ENV --teacher window`` to the first drawn
pair on the screen. ``waits``: how often 50 answers before training, one each 2.5 s, are followed by
a wait for the next pair. ``frames``: in a real window under Xvfb, pairs are answered by key
presses, one a second, while PPO trains on Pendulum-v1; the same training with a synthetic teacher
runs before it, in a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "shared"))

import numpy as np
from displays import start_xvfb  # noqa: E402
from measuring import Spent, arguments, cpu_ratios, one_thread, report, wall_ratios  # noqa: E402
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym import FeedbackStore, HumanFeedback, SyntheticTeacher, make_vec_env
from rlhf_gym.feedback import Counts
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.teachers import Teacher
from rlhf_gym.window.memory import Remembered, remember
from rlhf_gym.window.theme import BACKGROUND, CARD, SUNKEN

LABELS, FIRST_SHARE = 200, 0.05
SECONDS_PER_ANSWER = 1.0
TOOLS = ("Xvfb", "openbox", "xdotool", "import")
FIGURES = ("first", "waits", "frames")
FIRST_SECONDS = {"CartPole-v1": 5.0, "Hopper-v5": 8.0, "rlhf/Pong-v1": 15.0}
"""Seconds in which the first pair is to be on the screen."""
WAITS_ANSWERS, WAITS_SECONDS = 50, 2.5
"""Answers, and the seconds from one to the next, among which waits for a pair are counted."""
WAITS_STEPS = 4_096
"""Training steps after those answers, which are all that is asked for."""
A_PAIR = 0.2
"""Share of the screen that two clips fill at least, and a page of text does not."""


class TimedWindow(Teacher):
    """Like `rlhf_gym.teachers.WindowTeacher`, but the window writes how smooth it ran."""

    live = True

    def __init__(self, timing: Path) -> None:
        self._timing = timing
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, run: Path) -> None:
        """Start drawing, and open the window."""
        window = ("rlhf_gym.window", str(run), "--no-practice", "--timing", str(self._timing))
        for module in (window, ("rlhf_gym.media", str(run))):
            self._processes.append(subprocess.Popen([sys.executable, "-m", *module]))

    def answer(self, query: Query) -> Judgement | None:
        """None: the window stores the answers."""
        return None

    def stop(self) -> None:
        """Close the window, which then writes its times."""
        for process in self._processes:
            process.terminate()
            process.wait()

    @property
    def alive(self) -> bool:
        """Whether the window is open."""
        return all(process.poll() is None for process in self._processes)


class Clock(BaseCallback):
    """Times training from its first rollout on, when the first labels are there."""

    def __init__(self) -> None:
        super().__init__()
        self._began: tuple[float, float, int] | None = None
        self.per_step = Spent(0, 0)

    def _on_rollout_start(self) -> None:
        if self._began is None:
            self._began = time.perf_counter(), time.process_time(), self.num_timesteps

    def _on_step(self) -> bool:
        return True

    def _on_training_end(self) -> None:
        assert self._began is not None
        wall, cpu, steps = self._began
        steps = self.num_timesteps - steps
        self.per_step = Spent(
            (time.perf_counter() - wall) / steps, (time.process_time() - cpu) / steps
        )


@dataclass(frozen=True)
class Trained:
    """What a training run took for each step, and how many labels it got."""

    per_step: Spent
    labels: int


def train(
    timing: Path | None, run: Path, steps: int, labels: int = LABELS, share: float = FIRST_SHARE
) -> Trained:
    """Train with a window that writes to ``timing``, or with a synthetic teacher."""
    one_thread()
    teacher: Teacher = SyntheticTeacher()
    if timing is not None:
        teacher = TimedWindow(timing)
    feedback = HumanFeedback(teacher, labels, settings={"first_share": share}, run=run, wait=False)
    env = feedback.wrap(make_vec_env("Pendulum-v1", 8, seed=0))
    agent = PPO("MlpPolicy", env, n_steps=256, batch_size=64, n_epochs=10, seed=0, device="cpu")
    clock = Clock()  # before the feedback, whose work counts
    agent.learn(steps, callback=[clock, feedback])
    return Trained(clock.per_step, feedback.labels_given)


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=3)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--figures", nargs="+", choices=FIGURES, default=FIGURES)
    parser.add_argument("--environments", nargs="+", default=list(FIRST_SECONDS))
    options = parser.parse_args()
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        sys.exit(f"the window is measured under Xvfb: install {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as folder, desktop():
        os.environ["XDG_STATE_HOME"] = str(Path(folder) / "state")
        remember("quick", Remembered(practised=True))
        if "first" in options.figures:
            measure_first(Path(folder), options.environments, options.repeats)
        if "waits" in options.figures:
            measure_waits(Path(folder))
        if "frames" in options.figures:
            measure_frames(Path(folder), options.repeats, options.steps)


def measure_first(folder: Path, environments: list[str], repeats: int) -> None:
    """Report the seconds from the command to the first pair."""
    for env_id in environments:
        taken = [first_pair(env_id, folder / f"first-{i}-{env_id}") for i in range(repeats)]
        report(
            f"command to first question, {env_id}",
            [seconds for seconds, _ in taken],
            at_most=FIRST_SECONDS.get(env_id),
            unit=" s",
            window_opened=[opened for _, opened in taken],
        )


def first_pair(env_id: str, run: Path) -> tuple[float, float]:
    """Return the seconds from the command to the first pair, and to the window, on the screen."""
    command = ["train", env_id, "--teacher", "window", "--annotator", "quick", "--run", str(run)]
    began, opened = time.perf_counter(), 0.0
    process = subprocess.Popen(
        [sys.executable, "-m", "rlhf_gym.cli.main", *command], stdout=subprocess.DEVNULL
    )
    try:
        while (filled := filled_share()) < A_PAIR:
            if process.poll() is not None:
                sys.exit(f"the training of {env_id} ended before its first question")
            opened = opened or (time.perf_counter() - began if filled > 0 else 0.0)
            time.sleep(0.05)
        return time.perf_counter() - began, opened
    finally:
        process.terminate()
        process.wait()


def filled_share() -> float:
    """Return the share of the screen that is neither empty nor the ground of a page."""
    small = ["import", "-window", "root", "-depth", "8", "-resize", "80x50!", "rgb:-"]
    done = subprocess.run(small, capture_output=True, check=True)
    pixels = np.frombuffer(done.stdout, np.uint8).reshape(-1, 3).astype(int)
    grounds = np.array([(0, 0, 0), BACKGROUND, CARD, SUNKEN])
    near = np.abs(pixels[:, None] - grounds[None]).max(axis=2).min(axis=1) <= 12
    return float(1 - near.mean())


def measure_waits(folder: Path) -> None:
    """Report how many of the answers are followed by a wait, and how many are lost."""
    timing, run = folder / "waits.json", folder / "waits"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        training = pool.submit(train, timing, run, WAITS_STEPS, WAITS_ANSWERS, 1.0)
        pressed = answer_until(
            training, WAITS_SECONDS, lambda: counts_of(run).labels >= WAITS_ANSWERS
        )
        labels = training.result().labels
    answered = counts_of(run).answered
    waits = json.loads(timing.read_text())["answer_to_next"]
    report(
        f"waits of more than 0.3 s between pairs, {waits['count']} answers, one each 2.5 s",
        [waits["over_300_ms"]],
        at_most=0,
        longest_ms=waits["max_ms"],
        labels=labels,
        answered=answered,
        pressed=pressed,
    )
    report("keys that no pair took", [pressed - answered], at_most=0)


def counts_of(run: Path) -> Counts:
    """Return how many queries were asked and answered; repeats are answered, but no labels."""
    with FeedbackStore.open(RunFolder(run).store) as store:
        return store.counts()


def measure_frames(folder: Path, repeats: int, steps: int) -> None:
    """Report how smooth the window is, and what it costs the trainer."""
    context = multiprocessing.get_context("spawn")
    pairs, windows, labels = [], [], []
    for repeat in range(repeats):
        here = folder / str(repeat)
        timing = here.with_suffix(".json")
        with ProcessPoolExecutor(1, context) as pool:
            alone = pool.submit(train, None, here / "synthetic", steps).result()
            beside = pool.submit(train, timing, here / "window", steps)
            answer_until(beside)
        pairs.append((alone.per_step, beside.result().per_step))
        labels.append(beside.result().labels)
        windows.append(json.loads(timing.read_text()))
    tell(pairs, windows, labels)


def tell(
    pairs: list[tuple[Spent, Spent]], windows: list[dict[str, Any]], labels: list[int]
) -> None:
    """Report the figures."""
    report(
        "frames of the window beside a trainer, 99th percentile",
        [window["frame"]["p99_ms"] for window in windows],
        at_most=25,
        unit=" ms",
        windows=windows,
    )
    report(
        "answer to next pair, 99th percentile",
        [window["answer_to_next"]["p99_ms"] for window in windows],
        at_most=200,
        unit=" ms",
        labels=labels,
    )
    report(
        "trainer's steps/s, window open and answering / synthetic teacher",
        wall_ratios(pairs),
        at_least=0.9,
        cpu_ratios=cpu_ratios(pairs),
        steps_per_second_synthetic=[1 / alone.wall for alone, _ in pairs],
        steps_per_second_window=[1 / beside.wall for _, beside in pairs],
    )
    report("the same, by the trainer's CPU time", cpu_ratios(pairs))
    print(f"   labels given in the window: {statistics.median(labels):g} a run")


@contextmanager
def desktop() -> Iterator[None]:
    """An X server and a window manager; ``DISPLAY`` names it for what is started meanwhile."""
    server, os.environ["DISPLAY"] = start_xvfb()
    for name in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        os.environ.pop(name, None)
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


def answer_until(
    training: Future[Trained],
    seconds: float = SECONDS_PER_ANSWER,
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Press keys in the window, as somebody would, until ``training`` is done; return how many.

    After the last pair, as ``enough`` says, nobody would press another key.
    """
    focused, pressed = False, 0
    while not training.done():
        found = _xdotool("search", "--onlyvisible", "--class", "rlhf-gym").split()
        if found and not focused:
            _xdotool("windowfocus", "--sync", found[-1])
            focused = True
        elif found and (pressed or filled_share() >= A_PAIR) and not enough():
            _xdotool("key", "Left")
            pressed += 1
        time.sleep(seconds)
    return pressed


def _xdotool(*arguments: str) -> str:
    done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True, timeout=30)
    return done.stdout


if __name__ == "__main__":
    main()
