"""Worker processes: forked from one that has imported torch, where the system can fork."""

from __future__ import annotations

import multiprocessing
from typing import Any

__all__ = ["worker_context"]

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
        context.set_forkserver_preload(cleaner + PRELOADED)
    return context
