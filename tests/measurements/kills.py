"""Kill runs and benchmarks at random moments, resume them, and check that nothing is lost.

``python tests/measurements/kills.py 200`` does 200 kills, in folders below the temporary folder,
and prints what it found wrong. Each run is killed up to some times and then ended by ``--resume``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rlhf_gym.basics.durable import json_lines
from rlhf_gym.feedback import FeedbackStore, StoreMissing
from rlhf_gym.feedback.judgement import Judgement
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.records import read_evaluation
from rlhf_gym.training.loop import LEAD

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ALGORITHMS = {
    "ppo": "CartPole-v1",
    "dqn": "CartPole-v1",
    "sac": "Pendulum-v1",
    "a3c": "CartPole-v1",
}
STEPS, LABELS, KILLS_A_RUN = 6_000, 40, 6
STOP_SECONDS, FINISH_SECONDS = 180.0, 1800.0
"""Seconds in which a run must stop, and a resumed one finish, on a machine that is busy."""
PROGRAM = [sys.executable, "-m", "rlhf_gym.cli.main"]
SUITE = """
environments = ["CartPole-v1", "Pendulum-v1"]
algos = ["ppo"]
arms = ["random", "true", "learned"]
seeds = 2
evaluation_episodes = 1
[settings]
steps = 3000
labels = 10
device = "cpu"
"""
PERSON = """
import sys, time
from rlhf_gym.feedback import FeedbackStore, StoreError
from rlhf_gym.feedback.judgement import Judgement, Preference
while True:
    try:
        with FeedbackStore.open(sys.argv[1]) as store:
            while True:
                for query in store.open_queries():
                    if all(store.media(clip.id) for clip in query.clips):
                        store.record(Judgement(query.id, Preference.FIRST, "ada", left=query.left))
                time.sleep(0.05)
    except StoreError:
        time.sleep(0.1)
"""
"""Somebody who answers every pair that is drawn, also those that the window shows."""


class Trial:
    """A run or benchmark that is killed again and again, in a temporary folder of its own."""

    def __init__(self, place: Path, kind: str, seed: int) -> None:
        self.kind, self.rng = kind, random.Random(seed)
        self.place = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=place))
        self.temporary, self.target = self.place / "tmp", self.place / "target"
        self.temporary.mkdir()
        self.problems: list[str] = []
        self.kills: Counter[str] = Counter()
        self.seen: list[Judgement] = []
        self.environment = {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "XDG_STATE_HOME": str(place / "state"),
            "SDL_VIDEODRIVER": "dummy",
            "OMP_NUM_THREADS": "1",
        }

    def command(self) -> list[str]:
        """The command that begins, or goes on."""
        if self.kind == "benchmark":
            suite = self.place / "suite.toml"
            suite.write_text(SUITE)
            return [
                *PROGRAM,
                "benchmark",
                str(suite),
                "--out",
                str(self.target),
                "--processes",
                "2",
            ]
        if (self.target / "config.toml").exists():
            return [*PROGRAM, "train", "--resume", str(self.target), "--no-progress"]
        algo = "ppo" if self.kind == "window" else self.kind
        teacher = "window" if self.kind == "window" else "synthetic"
        given = f"train {ALGORITHMS[algo]} --algo {algo} --teacher {teacher} --labels {LABELS}"
        given += f" --steps {STEPS} --n-envs {4 if algo in ('ppo', 'a3c') else 1} --device cpu"
        given += " --evaluation-episodes 1 --video-seconds 0 --checkpoint-seconds 0.2"
        given += " --clip-length 10 --no-progress"
        return [*PROGRAM, *given.split(), "--run", str(self.target)]

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, with its output in a file."""
        with (self.place / "log.txt").open("ab") as log:
            return subprocess.Popen(
                self.command(), stdout=log, stderr=log, env=self.environment, start_new_session=True
            )

    def run(self, kills: int) -> None:
        """Kill it so often, end it, and check what is left."""
        person = None
        if self.kind == "window":
            command = [sys.executable, "-c", PERSON, str(self.target / "feedback.db")]
            apart = {**self.environment, "TMPDIR": str(self.place)}  # they are not to be killed
            person = subprocess.Popen(command, env=apart)
        for _ in range(kills):
            process = self.start()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.rng.uniform(0.5, 14.0))
            if process.poll() is None:
                self.kill(process)
            self.check()
        process = self.start()
        try:
            code = process.wait(FINISH_SECONDS)
            if code != 0:
                self.problems.append(f"the last resume ended with {code}: {self.last_words()}")
        except subprocess.TimeoutExpired:
            self.problems.append(f"the last resume did not end: {self.last_words()}")
            os.killpg(process.pid, signal.SIGKILL)
        if person is not None:
            person.kill()
            person.wait()
            for pid in self.processes():  # the window shows what came of it, until it is closed
                os.kill(pid, signal.SIGTERM)
        self.check()
        self.check_end()

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Send a random signal to the process, to all of its group, or to one of its children."""
        number, whom = self.rng.choice(SIGNALS), self.rng.choice(("itself", "group", "child"))
        children = [pid for pid in self.processes() if pid != process.pid]
        with suppress(ProcessLookupError):
            if whom == "child" and children:
                os.kill(self.rng.choice(children), self.rng.choice((signal.SIGKILL, number)))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(self.rng.uniform(0.5, 5.0))
            self.kills[f"{signal.Signals(number).name} {whom}"] += 1
            (os.killpg if whom == "group" else os.kill)(process.pid, number)
        written, sent = (self.place / "log.txt").stat().st_size, time.monotonic()
        try:
            process.wait(STOP_SECONDS)
            if time.monotonic() - sent > 1.0:  # else it may have been at its end
                self.check_heeded(process.returncode, written)
        except subprocess.TimeoutExpired:
            self.problems.append(f"{signal.Signals(number).name} to {whom} did not end it")
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def check_heeded(self, code: int, written: int) -> None:
        """Check that a run which ended after a signal has not merely gone on to its end."""
        said = (self.place / "log.txt").read_bytes()[written:]
        if self.kind != "benchmark" and code == 0 and b"stopped with everything saved" not in said:
            self.problems.append(f"a request to stop was not heeded: {self.last_words()}")

    def check(self) -> None:
        """Check that what was there is there, once."""
        if self.kind == "benchmark":
            return self.check_rows()
        if not (self.target / "feedback.db").exists():
            return None
        try:
            with FeedbackStore.open(self.target / "feedback.db") as store:
                found = store.judgements()
        except StoreMissing as error:
            return self.problems.append(str(error))
        if found[: len(self.seen)] != self.seen:
            self.problems.append("judgements were lost or changed")
        doubled = [judgement.query for judgement in found if judgement.supersedes]
        if doubled:
            self.problems.append(f"queries {doubled} were answered twice")
        self.seen = found
        return None

    def check_rows(self) -> None:
        """Check that no run of a benchmark has two rows, or failed."""
        file = self.target / "runs.jsonl"
        rows = json_lines(file.read_text()) if file.exists() else []
        keys = [(row["env_id"], row["arm"], row["seed"]) for row in rows]
        self.problems += [f"two rows: {key}" for key, n in Counter(keys).items() if n > 1]
        self.problems += [row["error"] for row in rows if row["status"] != "done"]

    def check_end(self) -> None:
        """Check that all is done, and that nothing else is left."""
        if self.kind == "benchmark":
            rows = json_lines((self.target / "runs.jsonl").read_text())
            if len(rows) != 12:
                self.problems.append(f"{len(rows)} of 12 rows")
        else:
            run = RunFolder(self.target)
            with FeedbackStore.open(run.store) as store:
                counts = store.counts()
            ahead = LEAD if self.kind == "window" else 0  # training may end before the last answers
            if counts.labels < LABELS - ahead or not read_evaluation(run.evaluation).after:
                self.problems.append(f"not finished: {counts}")
        end = time.monotonic() + 90
        while self.processes() and time.monotonic() < end:
            time.sleep(0.5)
        self.problems += [f"a process is left: {pid}" for pid in self.processes()]
        self.problems += [f"left behind: {path}" for path in self.left_over()]

    def left_over(self) -> Iterator[str]:
        """Files that nobody needs any more."""
        for path in self.temporary.iterdir():
            if not path.name.startswith("torchinductor_"):  # PyTorch's cache, of every program
                yield f"TMPDIR/{path.name}"
        for path in self.target.rglob("*"):
            unfinished = path.name.startswith(".") and path.name != ".lock"
            if unfinished or path.name in ("checkpoint.part", "checkpoint.older"):
                yield str(path.relative_to(self.target))

    def processes(self) -> list[int]:
        """The processes that were started for this trial and live, found by their TMPDIR."""
        mark = f"TMPDIR={self.temporary}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state = (path / "stat").read_text().rpartition(")")[2].split()[0]
                if state != "Z" and mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append(int(path.name))
        return found

    def last_words(self) -> str:
        """The end of the output."""
        return (self.place / "log.txt").read_text(errors="replace")[-600:]


def main() -> int:
    """Do the kills; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", default=[*ALGORITHMS, "benchmark", "window"])
    options = parser.parse_args()
    for ignored in (signal.SIGINT, signal.SIGHUP):  # in the background of a shell, or by nohup
        signal.signal(ignored, signal.default_int_handler)  # else the runs would ignore it, too
    place = Path(tempfile.mkdtemp(prefix="kills-"))
    done, trial, wrong = Counter[str](), 0, 0
    while done.total() < options.kills:
        kind = options.kinds[trial % len(options.kinds)]
        attempt = Trial(place, kind, options.seed * 10_000 + trial)
        attempt.run(min(KILLS_A_RUN, options.kills - done.total()))
        done.update(attempt.kills)
        trial += 1
        print(f"{kind}: {attempt.kills.total()} kills, {len(attempt.seen)} judgements", flush=True)
        for problem in attempt.problems:
            print(f"  wrong: {problem}", flush=True)
        wrong += len(attempt.problems)
        if not attempt.problems:
            shutil.rmtree(attempt.place)
        if not attempt.kills:
            break
    print(json.dumps({"kills": done.total(), "wrong": wrong, **dict(sorted(done.items()))}))
    if not wrong:
        shutil.rmtree(place)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
