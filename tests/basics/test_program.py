"""How the program is called: commands that are shown can be copied."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rlhf_gym
from rlhf_gym.basics.program import CALLED, program
from rlhf_gym.cli.main import COMMANDS

Script = Callable[[str], Path]

NOT_COPIED = {
    "basics/display.py": "is called on another machine",
    "cli/train.py": "is the brief help, in which the program's name is replaced",
    "runs/config.py": "names what made a run",
}
"""Modules with commands that need not be found here, and why."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Makes programs in a project that is the working directory, with a Python in .venv/bin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CALLED)
    monkeypatch.setenv("PATH", "/usr/bin")

    def make(path: str) -> Path:
        made = tmp_path / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.touch(0o755)
        return made

    monkeypatch.setattr(sys, "executable", str(make(".venv/bin/python")))
    monkeypatch.setattr(sys, "argv", ["-c"])
    return make


def test_a_program_that_the_shell_finds_is_called_by_its_name(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = script(".venv/bin/rlhf-gym")
    monkeypatch.setenv("PATH", str(called.parent))
    assert program() == "rlhf-gym"


def test_a_program_that_the_shell_does_not_find_is_called_by_its_path(script: Script) -> None:
    script(".venv/bin/rlhf-gym")
    assert program() == ".venv/bin/rlhf-gym"


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("rlhf-gym", "./rlhf-gym"),
        ("tools of mine/rlhf-gym", "'tools of mine/rlhf-gym'"),
    ],
)
def test_the_program_is_the_one_that_was_called(
    script: Script, monkeypatch: pytest.MonkeyPatch, called: str, told: str
) -> None:
    script(".venv/bin/rlhf-gym")
    monkeypatch.setattr(sys, "argv", [str(script(called))])
    assert program() == told


def test_another_program_of_the_same_name_on_the_path_is_not_meant(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(".venv/bin/rlhf-gym")
    monkeypatch.setenv("PATH", str(script("elsewhere/rlhf-gym").parent))
    assert program() == ".venv/bin/rlhf-gym"


def test_without_a_script_the_module_is_run(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CALLED, raising=False)
    assert program() == ".venv/bin/python -m rlhf_gym.cli.main"
    monkeypatch.delenv(CALLED)
    monkeypatch.setenv("PATH", ".venv/bin")
    assert program() == "python -m rlhf_gym.cli.main"


def test_a_long_way_up_is_not_taken_and_processes_that_are_started_say_the_same(
    script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called = script("rlhf-gym")
    monkeypatch.setattr(sys, "argv", [str(called)])
    far = tmp_path.joinpath(*"abcdefghijklmnopqrstuvwxyz" * 3)
    far.mkdir(parents=True)
    monkeypatch.chdir(far)
    assert program() == os.environ[CALLED] == str(called)
    monkeypatch.chdir(tmp_path)
    assert program() == str(called)


def test_no_text_has_a_command_that_may_not_be_found() -> None:
    folder = Path(rlhf_gym.__file__).parent
    command = re.compile(rf"rlhf-gym ({'|'.join(COMMANDS)})\b")
    found = [
        (str(path.relative_to(folder)), text)
        for path in folder.rglob("*.py")
        for text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if command.search(text)
    ]
    assert {name for name, _ in found} == set(NOT_COPIED)
    pages = [page.read_text(encoding="utf-8") for page in folder.rglob("*.j2")]
    assert pages and not any("<code>rlhf-gym" in page for page in pages)


def _texts(tree: ast.AST) -> Iterator[str]:
    """All texts of a module that are not docstrings."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value
