from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from store_helpers import ENVIRONMENT, add_query, clip, new_store, say

from rlhf_gym.feedback import (
    FeedbackStore,
    OtherEnvironment,
    OtherSchema,
    StoreCorrupt,
    StoreExists,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
)
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.query import Query


def store_with_a_judgement(folder: Path) -> Path:
    with new_store(folder) as store:
        say(store, add_query(store))
    return folder / "feedback.db"


def assert_nothing_lost(path: Path) -> None:
    with FeedbackStore.open(path) as store:
        assert [judgement.query for judgement in store.judgements()] == [1]


@contextmanager
def other_program(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def test_a_store_is_never_created_over_a_file(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    with pytest.raises(StoreExists, match="resume that run, or choose another run folder"):
        new_store(tmp_path)
    assert_nothing_lost(path)


def test_a_store_is_created_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", dies)
        with pytest.raises(KeyboardInterrupt):
            new_store(tmp_path)
    assert list(tmp_path.iterdir()) == []
    new_store(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == ["feedback.db"]


def test_a_missing_store_is_not_created_by_opening(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="check the run folder"):
        FeedbackStore.open(tmp_path / "feedback.db")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"nowhere does not exist: create it first"):
        new_store(tmp_path / "nowhere")


def test_a_copy_of_the_file_alone_holds_every_answer_while_it_is_in_use(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for count in range(1, 4):
            say(store, add_query(store))
            copy = tmp_path / f"{count}.db"
            shutil.copy(tmp_path / "feedback.db", copy)
            with FeedbackStore.open(copy) as copied:
                assert copied.judgements() == store.judgements()
                assert len(copied.judgements()) == count


def test_a_copy_of_version_0_1_0_without_its_log_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    with other_program(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE schema_version (version INTEGER)")
        shutil.copy(path, tmp_path / "copy.db")
    with pytest.raises(StoreCorrupt, match="copy .*copy.db-wal to its place as well") as caught:
        FeedbackStore.open(tmp_path / "copy.db")
    assert "delete" not in str(caught.value)


def test_nothing_is_read_from_a_deleted_store_either(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        say(store, add_query(store))
        shutil.rmtree(tmp_path)
        with pytest.raises(StoreMissing, match="there is no feedback store"):
            store.counts()


def test_answers_are_not_written_into_a_deleted_store(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        query = add_query(store)
        (tmp_path / "feedback.db").unlink()
        with pytest.raises(StoreMissing, match="check the run folder"):
            say(store, query)


def test_answers_are_not_written_into_a_replaced_store(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    shutil.copy(path, tmp_path / "backup.db")
    with FeedbackStore.open(path) as store:
        (tmp_path / "backup.db").replace(path)
        with pytest.raises(StoreMissing, match="replaced while it was in use"):
            say(store, 1, Preference.TIE)
    assert_nothing_lost(path)


@pytest.mark.parametrize(
    "change",
    [
        {"env_id": "Pendulum-v1"},
        {"observation_space": "Box(3,)"},
        {"action_space": "Box(1,)"},
        {"spec_json": '{"id": "CartPole-v1", "max_episode_steps": 9}'},
    ],
)
def test_a_store_of_another_environment_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with new_store(tmp_path) as store:
        with pytest.raises(OtherEnvironment, match=f"{next(iter(change))}.*another run folder"):
            store.check_environment(replace(ENVIRONMENT, **change))  # type: ignore[arg-type]


def test_the_same_environment_passes_even_with_another_goal(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.check_environment(replace(ENVIRONMENT, goal="Stand still.", spec_json=""))


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    with other_program(path) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(OtherSchema, match=r"version 99, .* reads version 1: use the rlhf-gym that"):
        FeedbackStore.open(path)


@pytest.mark.parametrize("content", [b"", b"label,first,second\n" * 100])
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feedback.db"
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match="is not a feedback store"):
        FeedbackStore.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with other_program(tmp_path / "feedback.db") as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(StoreCorrupt, match="is not a feedback store"):
        FeedbackStore.open(tmp_path / "feedback.db")


def test_a_truncated_store_is_refused(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreCorrupt, match=r"(?s)damaged.*\.recover"):
        FeedbackStore.open(path)


def test_an_overwritten_page_is_found_when_the_store_is_opened(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 9 * 4096] = bytes(range(256)) * 16
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"(?s)damaged.*\.recover"):
        FeedbackStore.open(path)


def test_a_changed_clip_is_found_when_it_is_read(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    with other_program(path) as connection:
        connection.execute("UPDATE clip SET arrays = zeroblob(length(arrays)) WHERE id = 2")
    with FeedbackStore.open(path) as store:
        with pytest.raises(StoreCorrupt, match="clip 2 was changed"):
            store.query(1)
        assert len(store.judgements()) == 1


def test_changed_frames_are_found_when_they_are_read(tmp_path: Path) -> None:
    frames = np.full((2, 8, 8, 3), 77, np.uint8)
    filmed = replace(clip(1, length=2), frames=frames)
    with new_store(tmp_path) as store:
        store.add_queries([Query((filmed, clip(2)))])
    with other_program(tmp_path / "feedback.db") as connection:
        (data,) = connection.execute("SELECT frames FROM clip WHERE id = 1").fetchone()
        changed = data.replace(bytes([77] * 9), bytes([78] * 9))
        connection.execute("UPDATE clip SET frames = ? WHERE id = 1", (changed,))
    with FeedbackStore.open(tmp_path / "feedback.db") as store:
        with pytest.raises(StoreCorrupt, match="frames of clip 1 are damaged"):
            store.undrawn()


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everything: for a while, be nobody."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that everybody may enter and write, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_a_file_without_write_permission_is_named(public_folder: Path) -> None:
    path = store_with_a_judgement(public_folder)
    path.chmod(0o444)
    with without_privileges(), FeedbackStore.open(path) as store:
        assert len(store.judgements()) == 1
        with pytest.raises(StoreReadOnly, match="give yourself write permission"):
            say(store, 1, Preference.TIE)


def test_a_folder_without_write_permission_is_named(public_folder: Path) -> None:
    path = store_with_a_judgement(public_folder)
    public_folder.chmod(0o555)
    with without_privileges():
        with pytest.raises(StoreReadOnly, match="permission"):
            FeedbackStore.open(path)
        with pytest.raises(StoreReadOnly, match="give yourself write permission for its folder"):
            FeedbackStore.create(public_folder / "new.db", environment=ENVIRONMENT)
    public_folder.chmod(0o777)
    assert_nothing_lost(path)


def test_a_lock_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    with FeedbackStore.open(path, timeout=0.05) as store, other_program(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="another program holds .*close it"):
            say(store, 1, Preference.TIE)
        assert len(store.judgements()) == 1  # reading goes on
        connection.execute("ROLLBACK")
        say(store, 1, Preference.TIE)
        assert len(store.judgements()) == 2


def test_a_store_that_is_held_exclusively_cannot_be_opened(tmp_path: Path) -> None:
    path = store_with_a_judgement(tmp_path)
    with other_program(path) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked, match="another program holds"):
            FeedbackStore.open(path, timeout=0.05)
    assert_nothing_lost(path)
