from pathlib import Path

import pytest

from rlhf_gym.feedback.durable import append_line, json_lines, replacing


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
