"""Whatever is given wrongly is refused in a sentence of ours, before time is spent.

The wrong inputs are the lines of the text files beside this one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from attempts import FILES, attempt, make_run, wrong_inputs


@pytest.mark.parametrize("name", FILES)
def test_every_wrong_input_is_refused_in_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "run")
    outcomes = {line: attempt(name, line, run) for line in wrong_inputs(name)}
    assert {line: it for line, it in outcomes.items() if it.kind != "sentence"} == {}


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        ("flags", "train CartPole-v1 --steps 1e5", "steps must be a whole number, but is '1e5'"),
        ("flags", "train CartPole-v1 --teacher widow", "window, but is 'widow' (did you mean win"),
        ("flags", "train CartPole-v1 --wait maybe", "wait must be true or false, but is 'maybe'"),
        (
            "flags",
            "train Pendulum-v1 --algo sac --set buffer_size=-1",
            "buffer_size of the agent must be at least 1, but is -1",
        ),
        (
            "flags",
            "train Pendulum-v1 --algo sac --set tau=5",
            "tau of the agent must be at most 1, but is 5",
        ),
        (
            "flags",
            "benchmark quick --dry-run --processes 0",
            "processes must be at least 1, but is",
        ),
        ("flags", "report RUN --out RUN/config.toml/page.html", "out must be a file within folde"),
        ("configs", 'labels = "ten"', "labels must be a whole number, but is 'ten'"),
        ("configs", "lables = 3", "unknown key 'lables' (did you mean labels"),
        ("configs", "member = 3", "unknown key 'reward_model.member' (did you mean members?)"),
        (
            "arguments",
            'make_env("CartPole-v1", wrappers="a:B")',
            "wrappers must be a list, such as [one, two], but is 'a:B'",
        ),
        (
            "arguments",
            'true_returns(AGENT, "Pendulum-v1", 1)',
            "the agent was made for the observation_space Box(",
        ),
    ],
)
def test_the_sentence_says_what_was_given_and_what_is_expected(
    name: str, line: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in attempt(name, line, make_run(tmp_path / "run")).text
