import os
import subprocess
import sys
from pathlib import Path

import pytest

from rlhf_gym.basics.durable import append_line, json_lines, remove_unfinished, replacing


def test_a_file_is_replaced_at_the_end_and_not_before(tmp_path: Path) -> None:
    file = tmp_path / "settings.txt"
    file.write_text("old")
    with replacing(file) as unfinished:
        unfinished.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_after_an_error_the_old_file_is_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "settings.txt"
    file.write_text("old")
    with pytest.raises(RuntimeError, match="half way"), replacing(file) as unfinished:
        unfinished.write_text("ne")
        raise RuntimeError("half way")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_line_is_appended_after_one_that_was_left_half_written(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    append_line(file, "1")
    with file.open("a") as opened:
        opened.write('{"a": ')
    append_line(file, "2")
    assert json_lines(file.read_text()) == [1, 2]


def test_what_a_killed_process_left_unfinished_is_removed_and_no_other_file(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = [tmp_path / f".a.txt.{dead.pid}", tmp_path / f".feedback.db.{dead.pid}-wal"]
    fresh, living = tmp_path / f".b.txt.{dead.pid}", tmp_path / f".a.txt.{os.getpid()}"
    others = [fresh, living, tmp_path / "a.txt", tmp_path / ".hidden", tmp_path / ".a.7z"]
    for file in (*left, *others):
        file.touch()
        os.utime(file, None if file == fresh else (0, 0))
    remove_unfinished(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(others)
