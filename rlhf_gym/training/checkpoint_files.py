"""The files of checkpoints: each is replaced whole, the last two are kept, and both are checked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rlhf_gym.basics.durable import sha256_of, sync_folder, sync_tree
from rlhf_gym.clips.plain_data import decode
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.training.no_checkpoint import why_no_checkpoint

__all__ = [
    "COUNTERS",
    "agent_changed",
    "latest_checkpoint",
    "places_of",
    "read_counters",
    "write_checkpoint",
    "write_counters",
]

COUNTERS = "counters.json"
"""Plain data of all parts, and the SHA-256 of the other files."""
FILES, DIGEST = "files", "sha256"
"""Of `COUNTERS`: the SHA-256 of each other file; the SHA-256 of all the rest of `COUNTERS`."""


def write_checkpoint(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a checkpoint to the disk and then put it in place; the one before it is kept as well.

    Whenever the process dies, or the power goes, one whole checkpoint is there. If the disk has no
    room for three, the older of the two is removed first.

    Args:
        folder: the checkpoint.
        write: writes its files into the folder that it is given, the last of them by
            `write_counters`.
    """
    new, old = _beside(folder, "part"), _beside(folder, "old")
    try:
        _write(new, write)
    except (OSError, RuntimeError):  # the latter is torch's
        shutil.rmtree(new, ignore_errors=True)
        if not (folder.exists() and old.exists()) or _has_room_for(folder):
            raise
        shutil.rmtree(old)
        _write(new, write)
    _put_in_place(folder, new)


def _write(new: Path, write: Callable[[Path], None]) -> None:
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()  # a run folder that was removed is not made again
    try:
        write(new)
        sync_tree(new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _has_room_for(folder: Path) -> bool:
    size = sum(path.stat().st_size for path in folder.iterdir())
    return shutil.disk_usage(folder).free > size


def _put_in_place(folder: Path, new: Path) -> None:
    old, older = _beside(folder, "old"), _beside(folder, "older")
    if folder.exists():  # else a killed process left the old one, which is all there is
        if old.exists():
            shutil.rmtree(older, ignore_errors=True)
            os.replace(old, older)
        os.replace(folder, old)
    os.replace(new, folder)
    sync_folder(folder.parent)
    shutil.rmtree(older, ignore_errors=True)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f"{folder.name}.{what}")


def write_counters(folder: Path, counters: dict[str, Any]) -> None:
    """Write JSON data into a checkpoint, with checksums of itself and of the other files."""
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    counters = {**counters, FILES: files}
    text = json.dumps({**counters, DIGEST: _digest(counters)})
    (folder / COUNTERS).write_text(text, encoding="utf-8")


def read_counters(folder: Path) -> Any:
    """Return the JSON data that `write_counters` wrote.

    Raises:
        ValueError: the file is damaged.
    """
    counters = json.loads((folder / COUNTERS).read_text(encoding="utf-8"))
    if isinstance(counters, dict) and DIGEST in counters:
        written = counters.pop(DIGEST)
        if written != _digest(counters):
            raise ValueError(f"{COUNTERS} was changed since it was written")
    return counters


def agent_changed(folder: Path) -> tuple[bool | None, int]:
    """Return whether the agent of a checkpoint had changed in training, and its training steps.

    None of a checkpoint that does not tell, such as those before version 0.2.0.

    Raises:
        ValueError: the file is damaged.
    """
    written = read_counters(folder).get("parts", {}).get("recorder")
    recorder = {} if written is None else decode(written)
    return recorder.get("changed"), recorder.get("agent_step", 0)


def _digest(counters: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(counters).encode()).hexdigest()


def places_of(folder: Path) -> list[Path]:
    """Return the folders in which there can be a whole checkpoint, the newest first."""
    return [folder, _beside(folder, "old"), _beside(folder, "older")]


def latest_checkpoint(folder: Path, *names: str) -> Path:
    """Return the folder of the last whole checkpoint: ``folder``, or the one before it.

    A damaged one is passed over, with a warning.

    Args:
        folder: the checkpoint.
        names: of the files that will be read, by default all.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if all are damaged.
    """
    damaged: dict[str, str] = {}
    for path in filter(Path.exists, places_of(folder)):
        problem = _damage(path, names)
        if not problem:
            if damaged:
                warnings.warn(
                    f"{_listed(damaged)} in {folder.parent}: {path.name}, which is older, is taken "
                    "instead; labels are kept",
                    stacklevel=2,
                )
            return path
        damaged[path.name] = problem
    if damaged:
        raise ValueError(
            f"{_listed(damaged)} in {folder.parent}: put a backup in its place, or move it out of "
            "the folder to train again from the first step, with all labels"
        )
    raise FileNotFoundError(why_no_checkpoint(RunFolder(folder.parent)))


def _listed(damaged: dict[str, str]) -> str:
    return ", and ".join(f"{name} is damaged ({problem})" for name, problem in damaged.items())


def _damage(folder: Path, names: tuple[str, ...]) -> str:
    """Return what is wrong with a checkpoint, or an empty text."""
    try:
        counters = read_counters(folder)
        if FILES in counters:
            written: dict[str, str] = counters[FILES]
            wrong = [
                name
                for name, digest in written.items()
                if (not names or name in names) and sha256_of(folder / name) != digest
            ]
        else:  # of version 0.1.0
            archives = [path for path in folder.iterdir() if path.suffix in (".zip", ".npz", ".pt")]
            wrong = [path.name for path in archives if not _is_whole_archive(path)]
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (OSError, ValueError) as error:
        return str(error)
    return "" if not wrong else f"{', '.join(wrong)}: the checksum is another"


def _is_whole_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False
