"""Nobody is left waiting without a word; the clock is given, so that no test waits for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gymnasium import Env, spaces
from stable_baselines3 import A2C

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.basics.long_work import LongWork, print_sparingly
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.told_work import told_work


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


def test_nothing_is_said_of_what_takes_less_than_three_seconds(
    clock: Clock, said: list[str]
) -> None:
    with LongWork(said.append, clock=clock) as work:
        work.begin("making Dot-v0")
        clock.now = 2.9
        work.look()
    assert said == []


def test_what_is_done_is_said_and_how_long_it_may_take(clock: Clock, said: list[str]) -> None:
    with LongWork(said.append, clock=clock) as work:
        work.begin("making Dot-v0")
        clock.now = 3.0
        work.look()
        work.begin("trying how clips of Dot-v0 can be drawn")
        work.expect(60, "steps")
        work.look()
        clock.now = 13.0
        work.reach(10)
        work.advance(2)
        work.look()  # 10 s for 12 of 60
    assert said == [
        "making Dot-v0: 3 s so far",
        "trying how clips of Dot-v0 can be drawn: 0 of 60 steps",
        "trying how clips of Dot-v0 can be drawn: 12 of 60 steps, about 40 s left",
        "",
    ]


def test_ever_fewer_lines_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    say = print_sparingly()
    for second in range(1, 50):
        say(str(second))
    say("")
    out, err = capsys.readouterr()
    assert not out and err.split() == ["1", "4", "10", "22", "46"]


def test_a_run_folder_holds_the_words_until_the_work_is_over(
    tmp_path: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RunFolder(tmp_path / "run")
    run.create()
    with told_work(run, clock) as work:
        work.begin("making Dot-v0")
        clock.now = 10.0
        work.look()
        assert run.told() == "making Dot-v0: 10 s so far"
        run.create()  # what a killed run leaves of it is no answer of anybody
    assert run.told() == "" and not run.doing.exists()
    assert "making Dot-v0" in capsys.readouterr().err


class Slow(Env[np.ndarray, np.int64]):
    """Takes two seconds for a reset and a quarter of one for a step, by the clock that is given."""

    observation_space = spaces.Box(-9, 9, (1,), np.float32)
    action_space = spaces.Discrete(2)
    work: LongWork
    clock: Clock

    def _passes(self, seconds: float) -> np.ndarray:
        self.clock.now += seconds
        self.work.look()
        return np.zeros(1, np.float32)

    def reset(self, *, seed=None, options=None):  # type: ignore[no-untyped-def]
        super().reset(seed=seed)
        return self._passes(2.0), {}

    def step(self, action):  # type: ignore[no-untyped-def]
        return self._passes(0.25), 0.0, False, False, {}


def test_a_slow_environment_is_told_from_the_first_seconds_on(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, said: list[str]
) -> None:
    work = LongWork(said.append, clock=clock)
    monkeypatch.setattr(Slow, "clock", clock, raising=False)
    monkeypatch.setattr(Slow, "work", work, raising=False)
    venv = make_vec_env(Slow, 2, horizon=20, work=work)
    assert said[0] == "trying how clips of Slow can be drawn: 0 of 765 steps"
    assert said[20] == "trying how clips of Slow can be drawn: 19 of 765 steps, about 5 min left"
    said.clear()
    venv.reset()
    assert said == [
        "making 2 environments Slow: 2 s so far",
        "making 2 environments Slow: 4 s so far",
    ]


def test_the_agent_that_tries_things_out_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, said: list[str]
) -> None:
    work = LongWork(said.append, clock=clock)
    monkeypatch.setattr(Slow, "clock", clock, raising=False)
    monkeypatch.setattr(Slow, "work", work, raising=False)
    feedback = HumanFeedback("synthetic", labels=1, settings={"clip_length": 5})
    env = feedback.wrap(make_vec_env(Slow, 1, horizon=20, work=LongWork(said.append, clock=clock)))
    monkeypatch.setattr(feedback.log, "work", lambda: work)
    A2C("MlpPolicy", env, device="cpu").learn(60, callback=feedback)
    said_of_it = [words for words in said if "trying things out" in words]
    assert said_of_it[0].startswith("the agent is trying things out: 0 of 12 steps")
    assert "the agent is trying things out: 6 of 12 steps, about" in " ".join(said_of_it)
