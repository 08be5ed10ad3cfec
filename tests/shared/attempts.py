"""Try what people give wrongly, and say what comes of it: a sentence, a library's error, nothing.

The wrong inputs are the lines of the files beside `test_wrong_inputs.py`.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import math
import os
import re
import shlex
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, Literal, NoReturn

import gymnasium as gym
import numpy as np
from run_folders import write_answers, write_progress, write_rounds, write_settings
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecNormalize
from wrong_environments import ENVIRONMENTS

import rlhf_gym
from rlhf_gym.benchmark.plan import plan_of
from rlhf_gym.benchmark.runner import check_benchmark
from rlhf_gym.benchmark.suite import suite_of
from rlhf_gym.cli.main import main
from rlhf_gym.feedback import EnvironmentRecord
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.train import resume
from rlhf_gym.teachers.window import WindowTeacher

__all__ = ["FILES", "Outcome", "attempt", "make_run", "wrong_inputs"]

FOLDER = Path(__file__).parents[1] / "wrong_inputs"
FILES = ("flags", "arguments", "suites", "configs")
SECONDS = 60
"""Time after which an attempt counts as taken silently."""
BOX = gym.spaces.Box(-1.0, 1.0, (2,))


class Begun(BaseException):
    """Time begins to be spent: nobody has objected to the input."""


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt."""

    kind: Literal["sentence", "vague", "library", "silent"]
    """A sentence of ours; one that does not name what was given; an error of a library; none."""
    text: str = ""


def wrong_inputs(name: str) -> list[str]:
    """The wrong inputs of a file, one a line."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def make_run(path: Path) -> Path:
    """A finished run, without checkpoint and videos."""
    write_settings(path)
    write_progress(path, true=[-1000.0, -900.0], labels=5)
    write_rounds(path, rounds=2, labels=5)
    write_answers(path, [Preference.FIRST, Preference.SECOND] * 3)
    return path


def attempt(name: str, line: str, run: Path) -> Outcome:
    """Try one line of a file; ``run`` is the folder of a finished run."""
    tries = {"flags": _flags, "arguments": _arguments, "suites": _suite, "configs": _config}
    with _nothing_begins(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tries[name](line, run)


def _flags(line: str, run: Path) -> Outcome:
    words = shlex.split(line.replace("RUN", str(run)))
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(words)
    except Begun:
        return Outcome("silent")
    text = said.getvalue()
    if code == 0:
        return Outcome("silent", text)
    if "Traceback (most recent call last)" in text:
        return Outcome("library", text)
    given = {part.strip("-") for word in words for part in (word, *re.split("[={}]", word))}
    given |= {part.replace("-", "_") for part in given}
    found = any(part.lower() in text.lower() for part in given if part) or "''" in text
    return Outcome("sentence" if found else "vague", text)


def _arguments(line: str, run: Path) -> Outcome:
    return _called(lambda: eval(line, _names(run)))


def _suite(line: str, run: Path) -> Outcome:
    toml = line.replace("|", "\n")
    if "environment" not in toml:
        toml = f'environments = ["CartPole-v1"]\n{toml}'

    def read() -> None:
        check_benchmark(plan_of(suite_of(toml, "mine")), run / "results")

    return _called(read)


def _config(line: str, run: Path) -> Outcome:
    key = line.split("=")[0].strip()
    config = run / "config.toml"
    text = config.read_text()
    kept = [old for old in text.splitlines() if old.split("=")[0].strip() != key]
    within = key in ("members", "member", "hidden", "learning_rate")
    config.write_text("\n".join([*kept, line] if within else [line, *kept]) + "\n")
    try:
        return _called(lambda: resume(run, progress=False, log=lambda _: None, trust=True))
    finally:
        config.write_text(text)


def _called(call: Callable[[], object]) -> Outcome:
    try:
        call()
    except Begun:
        return Outcome("silent")
    except MemoryError:
        return Outcome("library", "MemoryError")
    except Exception as error:
        signal.alarm(0)
        text = f"{type(error).__name__}: {error}"
        return Outcome("sentence" if _is_ours(error) else "library", text)
    return Outcome("silent")


def _is_ours(error: Exception) -> bool:
    """Whether we, or Gymnasium for the user, wrote the error's message."""
    if type(error).__module__.startswith(("rlhf_gym.", "gymnasium.error")):
        return True
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    module = str(frame.f_globals.get("__name__"))
    source = linecache.getline(frame.f_code.co_filename, line)
    return module.startswith("rlhf_gym.") and source.lstrip().startswith("raise ")


def _names(run: Path) -> dict[str, Any]:
    """What the lines of arguments may name."""
    clip = rlhf_gym.Clip(np.zeros((2, 1)), np.zeros(2), np.zeros(2, np.float32))
    names = {name: getattr(rlhf_gym, name) for name in rlhf_gym.__all__}
    others = (gym, np, math, PPO, VecNormalize, TrainSettings, FeedbackSettings)
    names |= {other.__name__.rpartition(".")[2]: other for other in others} | {"np": np, "gym": gym}
    names |= {each.__name__: each for each in ENVIRONMENTS}
    return names | {
        "RUN": run,
        "BOX": BOX,
        "CLIP": clip,
        "QUERY": rlhf_gym.Query((clip, clip)),
        "NAN_QUERY": rlhf_gym.Query((clip, replace(clip, true_rewards=np.full(2, np.nan)))),
        "AGENT": PPO("MlpPolicy", "CartPole-v1", n_steps=8, batch_size=8, device="cpu"),
        "STORE": rlhf_gym.FeedbackStore.in_memory(EnvironmentRecord("CartPole-v1")),
        "step": _step,
        "steps": _steps,
    }


def _step(env: gym.Env[Any, Any]) -> None:
    env.reset(seed=0)
    env.step(env.action_space.sample())


def _steps(venv: VecEnv) -> None:
    venv.reset()
    for _ in range(20):
        venv.step([venv.action_space.sample() for _ in range(venv.num_envs)])  # type: ignore[arg-type]


@contextlib.contextmanager
def _nothing_begins() -> Iterator[None]:
    """Raise `Begun` where training, evaluation or a window would begin, or time passes."""
    import rlhf_gym.window.playing.app as played

    def begun(*_: object, **__: object) -> NoReturn:
        raise Begun

    def late(signum: int, frame: FrameType | None) -> None:
        raise Begun

    put: list[tuple[Any, str]] = [
        (BaseAlgorithm, "_setup_learn"),
        (BaseAlgorithm, "predict"),
        (WindowTeacher, "start"),
        (played, "play"),
    ]
    before = [getattr(place, name) for place, name in put]
    handler = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    for place, name in put:
        setattr(place, name, begun)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        for (place, name), kept in zip(put, before, strict=True):
            setattr(place, name, kept)
        sys.stdout.flush()
        os.environ.pop("RLHF_GYM_DEBUG", None)
