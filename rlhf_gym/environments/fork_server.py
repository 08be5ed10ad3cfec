"""Imported by the process from which others are forked: it removes the folder of its socket.

The process that started it does so as well, but not if it is killed.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import sys
import time
from multiprocessing import parent_process
from pathlib import Path

from rlhf_gym.basics.temporary import remove_left_over

__all__ = ["folder_of_socket"]

SECONDS = 30.0
"""How long the process that started the server may take to end."""


def folder_of_socket(command: str) -> Path | None:
    """Return the folder of the socket on which a fork server listens.

    Args:
        command: the code that it runs; its first argument is the socket's number.
    """
    found = re.search(r"multiprocessing\.forkserver.*?main\((?:listener_fd=)?(\d+)", command)
    if found is None:
        return None
    try:
        with socket.socket(fileno=os.dup(int(found[1]))) as listener:
            address = listener.getsockname()
    except OSError:
        return None
    folder = Path(address).parent if isinstance(address, str) else None
    return folder if folder is not None and folder.name.startswith("pymp-") else None


def _remove(folder: Path, server: int, starter: int) -> None:
    if os.getpid() != server:
        return
    ends = time.monotonic() + SECONDS
    while os.getppid() == starter:  # it removes the folder itself, and must find it
        if time.monotonic() > ends:
            return
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)
    remove_left_over()


_folder = folder_of_socket(sys.orig_argv[-1])
if _folder is not None and parent_process() is None:  # what it forks has the same command line
    atexit.register(_remove, _folder, os.getpid(), os.getppid())
