"""What no start of the program loads: a help text or a typo waits for no torch."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rlhf_gym.cli.main import COMMANDS, main

HEAVY = ("torch", "stable_baselines3", "pygame", "matplotlib", "av", "tensorboard")
DATABASE = "sqlalchemy"
Capture = pytest.CaptureFixture[str]


CALL_ALL = f"""
import contextlib, io, json, sys
from rlhf_gym.cli.main import main
for call in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        main(call)
    print(*(name for name in {(*HEAVY, DATABASE)} if name in sys.modules))
"""


def loaded_by(calls: list[list[str]]) -> dict[str, list[str]]:
    """The heavy libraries that are loaded after each call, one after the other in one process."""
    run = subprocess.run(
        [sys.executable, "-c", CALL_ALL, json.dumps(calls)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = run.stdout.splitlines()
    return {" ".join(call): line.split() for call, line in zip(calls, lines, strict=True)}


TYPOS = [
    ["train", "CartPole-v1", "--label", "3"],
    ["train", "CartPole-v1", "--labels", "few"],
    ["train", "CartPole-v1", "--labels", "0"],
    ["train", "CartPole-v1", "--algo", "ppp"],
    ["train", "CartPole-v1", "--set", "n_step=8"],
    ["train", "CartPole-v1", "--algo", "a3c", "--set", "n_worker=8"],
    ["train", "CartPole-v1", "--set", "learning_rate=lin_fast"],
    ["train", "CartPole-v1", "--strategy", "divers"],
    ["train", "CartPole-v1", "--device", "cudaa"],
    ["train", "CartPole-v1", "--reward-model.member", "2"],
    ["train", "--resume", "runs/nowhere"],
    ["demo", "--sed", "3"],
    *([name, "nowhere"] for name in ("label", "evaluate", "watch", "report", "compare")),
    ["benchmark", "quik"],
    ["benchmark", "quick", "--seed", "1"],
    ["envs", "--gallry"],
    ["play", "CartPole-v1", "--speed", "0"],
    ["doctor", "--jsn"],
]


def test_neither_a_help_text_nor_a_typo_loads_a_heavy_library() -> None:
    helps = [["--help"], *([name, "--help"] for name in COMMANDS)]
    found = loaded_by([*helps, *TYPOS, ["train", "CartPole-v1", "--show"]])
    assert {call: names for call, names in found.items() if set(names) & set(HEAVY)} == {}


def test_a_mistyped_id_loads_what_registers_environments_but_no_torch() -> None:
    helps = [[name, "--help"] for name in ("train", "runs", "envs", "evaluate", "play", "doctor")]
    *others, names = loaded_by(
        [*helps, ["train", "CartPole-v1", "--show"], ["train", "CartPol-v1"]]
    ).values()
    assert not {"torch", "stable_baselines3"} & set(names)
    assert not any(DATABASE in each for each in others)  # so the window opens before it is loaded


@pytest.mark.parametrize("typo", TYPOS, ids=" ".join)
def test_a_typo_fails(typo: list[str], capsys: Capture) -> None:
    assert main(typo) in (1, 2)
    assert capsys.readouterr().err
