"""The package as it is installed: what it holds, and what importing it loads."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import rlhf_gym

ROOT = Path(__file__).parents[1]
LINKS = ("envs", "wrappers")


def python(code: str, cwd: Path) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", LINKS)
def test_the_links_exist_and_resolve(name: str) -> None:
    link = ROOT / "rlhf_gym" / name
    assert link.is_symlink()
    assert str(link.readlink()) == f"../{name}"
    assert link.resolve() == ROOT / name


def test_the_wheel_holds_exactly_the_source_files(tmp_path: Path) -> None:
    copy = tmp_path / "copy"  # of the sources only: a build leaves files that the next one takes up
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("rlhf_gym", *LINKS):
        shutil.copytree(ROOT / name, copy / name, symlinks=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
        + ["--wheel-dir", str(tmp_path), str(copy)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = [*(ROOT / "rlhf_gym").rglob("*")]
    for name in LINKS:  # rglob does not follow links in every version of Python
        sources += [ROOT / "rlhf_gym" / name / file.name for file in (ROOT / name).iterdir()]
    expected = {
        file.relative_to(ROOT).as_posix()
        for file in sources
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert held == expected


def test_the_root_folders_are_not_importable_by_their_short_names(tmp_path: Path) -> None:
    code = "import importlib.util as u; print(u.find_spec('envs'), u.find_spec('wrappers'))"
    assert python(code, tmp_path) == "None None"
    assert not {"envs", "wrappers"} & set(sys.modules)


def test_importing_the_package_is_light(tmp_path: Path) -> None:
    heavy = ["torch", "stable_baselines3", "pygame", "matplotlib", "sqlalchemy", "tyro"]
    code = f"import rlhf_gym, sys; print([m for m in {heavy} if m in sys.modules])"
    assert python(code, tmp_path) == "[]"


@pytest.mark.parametrize("name", rlhf_gym.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(rlhf_gym, name).__name__ == name
    assert name in dir(rlhf_gym)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="No rlhf_gym attribute Comparison"):
        rlhf_gym.Comparison  # noqa: B018


def test_importing_registers_the_environments(tmp_path: Path) -> None:
    code = "import gymnasium as g; print(g.make('rlhf_gym:rlhf/CartPole-v1').spec.id)"
    assert python(code, tmp_path) == "rlhf/CartPole-v1"


def test_the_versions_agree() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert rlhf_gym.__version__ == newest[1] == metadata.version("rlhf-gym")


def test_nothing_pulls_in_plain_pygame() -> None:
    files = [ROOT / "constraints.txt", ROOT / "rlhf_gym" / "benchmark" / "imitation.txt"]
    names = {re.split("[=<>;#\\s]", line)[0] for f in files for line in f.read_text().splitlines()}
    assert "pygame" not in names
    assert "pygame" not in {re.split("[^\\w-]", r)[0] for r in metadata.requires("rlhf-gym") or ()}
