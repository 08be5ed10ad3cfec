"""Worker processes: forked from one that has imported torch, where the system can fork."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from contextlib import ExitStack
from functools import cache
from multiprocessing import util
from typing import Any

from rlhf_gym.basics.temporary import temporary_folder

__all__ = ["worker_context"]

SOCKET, LONGEST_SOCKET = "pymp-xxxxxxxx/listener-xxxxxxxx", 103
"""A socket as multiprocessing names it, and the bytes that its path may have on every system."""
AFTER_SOCKETS = -200
"""Priority of what is done after multiprocessing has removed its folder, which has -100."""
PRELOADED = ["__main__", "rlhf_gym.agents.a3c.worker", "torch._dynamo"]
"""Imported once for all workers; torch's optimizers need the last, which takes a second."""


def worker_context(start_method: str | None = None) -> Any:
    """The context of multiprocessing in which to start worker processes.

    Each worker needs torch, whose import takes seconds. Workers of a fork server get it without
    importing it, unless another server was started before.

    Args:
        start_method: ``"forkserver"`` or ``"spawn"``; by default the first, where there is one.
    """
    if start_method is None:
        known = multiprocessing.get_all_start_methods()
        start_method = "forkserver" if "forkserver" in known else "spawn"
    context: Any = multiprocessing.get_context(start_method)
    if start_method == "forkserver":
        # A process that was itself started by multiprocessing shares the folder of its starter.
        first = multiprocessing.parent_process() is None
        cleaner = ["rlhf_gym.environments.fork_server"] if first else []
        if first:
            _keep_sockets_in_own_folder()
        context.set_forkserver_preload(cleaner + PRELOADED)
    return context


@cache
def _keep_sockets_in_own_folder() -> None:
    """Let the folder that multiprocessing makes for its sockets lie in one that is never left."""
    stack = ExitStack()
    folder = stack.enter_context(temporary_folder())
    usual = tempfile.tempdir
    try:
        if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET:
            tempfile.tempdir = str(folder)
        util.get_temp_dir()
    finally:
        tempfile.tempdir = usual
    util.Finalize(None, stack.close, exitpriority=AFTER_SOCKETS)
