"""What the documentation shows works: its programs run, with few steps, and its commands exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from rlhf_gym.benchmark.suite import suite_of
from rlhf_gym.cli.main import COMMANDS
from rlhf_gym.envs.description import METADATA_KEYS

ROOT = Path(__file__).parents[2]
WRITTEN = {"_build", "environments", "reference", "results"}
PAGES = [
    path
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
    if not WRITTEN & set(path.relative_to(ROOT).parts[:-1])
]
NEEDS = {"robots": "mujoco", "atari": "ale_py"}
FEWER = (
    (r"\.learn\(([\w.]+)", r".learn(min(\1, FEW)"),
    (r'"window"', '"synthetic"'),
    (r"labels=\d+", "labels=8"),
    (r'HumanFeedback\((teacher=)?"synthetic"\)', 'HumanFeedback("synthetic", labels=8)'),
)
"""Programs learn for few steps from few labels, and a formula takes the place of a person."""

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def few_steps(page: Path) -> str:
    """Steps that hold one update of the presets' agents that changes them."""
    return "6_500" if page.stem == "robots" else "4_000"


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [block for found, block in FENCE.findall(text) if found == language]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).with_suffix("").as_posix()


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=name_of)
def test_the_programs_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.stem in NEEDS:
        pytest.importorskip(NEEDS[page.stem])
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    program = []
    for block in blocks(page, "python"):
        for pattern, few in FEWER:
            block = re.sub(pattern, few.replace("FEW", few_steps(page)), block)
        named = re.match(r"# (\w+)\.py\n", block)
        if named:  # a module that the programs after it import
            (tmp_path / f"{named[1]}.py").write_text(block)
        else:
            program.append(block)
    script = tmp_path / "page.py"
    script.write_text("\n".join(program))
    runpy.run_path(str(script), run_name="__main__")


def test_the_metadata_contract_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "guides" / "own_environment.md").read_text(encoding="utf-8")
    table = page.partition("(metadata-contract)")[2].partition("The keys of a step")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(METADATA_KEYS)


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "toml")], ids=name_of)
def test_the_suites_of_a_page_can_be_read(page: Path) -> None:
    for block in blocks(page, "toml"):
        assert suite_of(block, "page").grids


def commands(page: Path) -> list[list[str]]:
    """The commands of this project in a page's blocks, without what a comment says of them."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    found = [re.sub(r"\s#.*", "", line).removeprefix("$ ") for line in lines]
    return [line.split()[1:] for line in found if line.startswith("rlhf-gym ")]


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    return {}


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=name_of)
def test_the_commands_of_a_page_exist_with_their_flags(
    page: Path, helps: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    from rlhf_gym.cli.main import main

    for name, *arguments in commands(page):
        assert name in COMMANDS
        if name not in helps:
            main([name, "--help"])
            helps[name] = capsys.readouterr().out
        flags = [argument for argument in arguments if argument.startswith("--")]
        assert [flag for flag in flags if flag not in helps[name]] == []
