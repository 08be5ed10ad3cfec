"""Temporary folders that a later start removes if the process that made them was killed.

Each is locked while it is in use, and the system gives the lock back however a process ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["remove_left_over", "temporary_folder"]

PREFIX, LOCK = "rlhf-gym-tmp-", ".temporary"
STALE_SECONDS = 60.0
"""Seconds after which an empty folder is one whose maker was killed before it locked it."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Provide a new folder, which is removed at the end, or by a later call if there is none."""
    remove_left_over()
    with ExitStack() as stack:
        folder = _made(stack)
        try:
            yield folder
        finally:
            stack.close()
            shutil.rmtree(folder, ignore_errors=True)


def remove_left_over() -> None:
    """Remove the temporary folders of this account's killed processes, and no others."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, Timeout):
            status = folder.lstat()
            if folder.is_symlink() or not folder.is_dir() or not _is_own(status):
                continue
            if not (folder / LOCK).exists():
                if time.time() - status.st_mtime > STALE_SECONDS:
                    folder.rmdir()  # not if it holds anything: then it is not one of these
                continue
            with FileLock(folder / LOCK, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)  # some systems keep a file that is locked


def _made(stack: ExitStack) -> Path:
    """Make a folder and lock it; one that another process takes for left over is given up."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):
            lock = FileLock(folder / LOCK).acquire()
            if (folder / LOCK).exists():
                stack.enter_context(lock)
                return folder
            lock.lock.release()


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.getuid()
