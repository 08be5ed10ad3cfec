from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from rlhf_gym.basics.processes import code_command
from rlhf_gym.basics.temporary import STALE_SECONDS, remove_left_over, temporary_folder

KEEPS = """
from rlhf_gym.basics.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    input()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_removed_after_use(place: Path) -> None:
    with temporary_folder() as folder:
        (folder / "file").touch()
        remove_left_over()
        assert (folder / "file").exists()
    assert list(place.iterdir()) == []


def test_that_of_a_killed_process_is_removed_by_the_next_one_and_that_of_a_living_one_is_not(
    place: Path,
) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen(code_command(KEEPS), env=environment, **pipes) as process:  # type: ignore[call-overload]
        folder = Path(process.stdout.readline().strip())
        remove_left_over()
        assert (folder / "file").exists()
        process.kill()
    assert (folder / "file").exists()
    with temporary_folder():
        assert not folder.exists()


def test_what_is_not_locked_is_left_over_only_if_it_is_old(place: Path) -> None:
    young, old, others = (
        place / name for name in ("rlhf-gym-tmp-a", "rlhf-gym-tmp-b", "rlhf-gym-c")
    )
    for folder in (young, old, others):
        folder.mkdir()
    ago = time.time() - 2 * STALE_SECONDS
    for folder in (old, others):
        os.utime(folder, (ago, ago))
    remove_left_over()
    assert sorted(place.iterdir()) == [others, young]


def test_a_folder_that_a_user_has_given_such_a_name_stays(place: Path) -> None:
    mine = place / "rlhf-gym-tmp-runs"
    (mine / "CartPole-v1").mkdir(parents=True)
    (mine / ".lock").touch()
    ago = time.time() - 2 * STALE_SECONDS
    os.utime(mine, (ago, ago))
    remove_left_over()
    assert (mine / "CartPole-v1").is_dir()
