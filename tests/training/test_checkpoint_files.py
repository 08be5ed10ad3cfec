"""The last two checkpoints are kept; a damaged one is passed over with a message."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rlhf_gym.basics.durable import sha256_of
from rlhf_gym.training import checkpoint_files
from rlhf_gym.training.checkpoint_files import (
    latest_checkpoint,
    read_counters,
    write_checkpoint,
    write_counters,
)


def keep(folder: Path, step: int) -> None:
    def write(new: Path) -> None:
        (new / "agent.zip").write_text(f"the agent at step {step}")
        write_counters(new, {"step": step})

    write_checkpoint(folder, write)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's checkpoints of steps 1, 2 and 3, of which the last two are kept."""
    folder = tmp_path / "run" / "checkpoint"
    folder.parent.mkdir()
    for step in (1, 2, 3):
        keep(folder, step)
    return folder


def step_of(folder: Path) -> int:
    path = latest_checkpoint(folder)
    step: int = read_counters(path)["step"]
    assert (path / "agent.zip").read_text() == f"the agent at step {step}"
    return step


def test_the_last_two_are_kept(folder: Path) -> None:
    assert step_of(folder) == 3
    names = sorted(path.name for path in folder.parent.iterdir())
    assert names == ["checkpoint", "checkpoint.old"]
    assert read_counters(folder.parent / "checkpoint.old")["step"] == 2


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["agent.zip", "counters.json"])
@pytest.mark.parametrize("damage", [cut, change, Path.unlink])
def test_a_damaged_one_falls_back_to_the_one_before_and_says_so(
    name: str, damage: Callable[[Path], object], folder: Path
) -> None:
    damage(folder / name)
    with pytest.warns(UserWarning, match="checkpoint is damaged .*checkpoint.old.* is taken"):
        assert step_of(folder) == 2


def test_if_both_are_damaged_neither_is_loaded_nor_is_the_run_said_to_have_none(
    folder: Path,
) -> None:
    cut(folder / "agent.zip")
    (folder.parent / "checkpoint.old" / "counters.json").unlink()
    with pytest.raises(ValueError, match="checkpoint.old is damaged .counters.json is missing"):
        latest_checkpoint(folder)


def test_a_file_that_is_not_read_is_not_checked(folder: Path) -> None:
    cut(folder / "agent.zip")
    assert latest_checkpoint(folder, "reward_model.pt") == folder


def test_one_of_version_0_1_0_has_no_checksums_but_is_checked_as_far_as_can_be(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "counters.json").write_text(json.dumps({"dict": []}))
    assert latest_checkpoint(folder) == folder
    (folder / "replay.npz").write_bytes(b"PK half of an archive")
    with pytest.raises(ValueError, match="replay.npz: the checksum is another"):
        latest_checkpoint(folder)


@pytest.mark.parametrize("moves", [0, 1, 2, 3])
def test_a_process_that_dies_between_two_moves_leaves_a_whole_one(
    moves: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = moves

    def dies(source: Path, target: Path) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        os.rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dies)
        if moves < 3:
            with pytest.raises(KeyboardInterrupt):
                keep(folder, 4)
        else:
            keep(folder, 4)
    assert step_of(folder) == {0: 3, 1: 3, 2: 3, 3: 4}[moves]
    keep(folder, 5)
    assert step_of(folder) == 5
    left_over = {path.name for path in folder.parent.iterdir()}
    assert left_over == {"checkpoint", "checkpoint.old"}


def test_all_is_on_the_disk_before_the_one_before_is_moved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(checkpoint_files, "sync_tree", lambda new: synced.extend(os.listdir(new)))
    moved = os.replace

    def move(source: Path, target: Path) -> None:
        assert set(synced) == {"agent.zip", "counters.json"}
        moved(source, target)

    monkeypatch.setattr(os, "replace", move)
    keep(folder, 4)
    assert sha256_of(folder / "agent.zip") == read_counters(folder)["files"]["agent.zip"]
