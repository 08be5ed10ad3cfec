"""Tracker: sends values of stable-baselines3's logger to Weights & Biases or trackio."""

from __future__ import annotations

import importlib.util
import sys
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from importlib import import_module
from typing import Any, get_args

import numpy as np
from stable_baselines3.common.logger import KVWriter

from rlhf_gym.basics.durable import write_text
from rlhf_gym.basics.installation import install_extra
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.runs.settings import TrackerName

__all__ = ["Tracker", "check_trackers"]

PROJECT = "rlhf-gym"


class Tracker(KVWriter):
    """A tracked run, as an output of stable-baselines3's logger.

    Its name is that of the run folder, and its project ``rlhf-gym``. Weights & Biases keeps its
    files in that folder, trackio in its own (``TRACKIO_DIR``).
    """

    def __init__(
        self, name: TrackerName, folder: RunFolder, config: dict[str, Any], *, resuming: bool
    ) -> None:
        """Begin the run.

        Args:
            name: the tracker, which has passed `check_trackers`.
            folder: the run folder.
            config: settings to show with the run, as plain data.
            resuming: whether to continue the tracked run of this folder, if there is one.
        """
        self._name, self._module = name, import_module(name)
        where: dict[str, Any] = {"embed": False}
        if name == "wandb":
            where = {"dir": str(folder.path), "id": _wandb_id(folder)}
        with self._stdout_kept():
            self._run = self._module.init(
                project=PROJECT,
                name=folder.path.resolve().name,
                config=config,
                resume="allow" if resuming else "never",
                **where,
            )

    def write(
        self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0
    ) -> None:
        """Send the numbers among the values."""
        values = {
            key: float(value)
            for key, value in key_values.items()
            if isinstance(value, (int, float, np.number)) and self._name not in key_excluded[key]
        }
        self._run.log(values, step=step)

    def close(self) -> None:
        """End the run, with all values sent or stored."""
        with self._stdout_kept():
            self._module.finish()

    def _stdout_kept(self) -> AbstractContextManager[Any]:
        """Keep trackio's messages off standard output, which ``--json`` needs.

        Weights & Biases prints to standard error anyway, and records the real standard output.
        """
        return redirect_stdout(sys.stderr) if self._name == "trackio" else nullcontext()


def check_trackers(names: Sequence[str]) -> None:
    """Check that a run can be tracked, before any time is spent.

    Raises:
        ValueError: a tracker is unknown, is not installed, or would ask for a login.
    """
    known = get_args(TrackerName)
    for name in names:
        if name not in known:
            raise ValueError(f"there is no tracker {name!r}; track takes {' and '.join(known)}")
        if importlib.util.find_spec(name) is None:
            raise ValueError(f"{name} is not installed: {install_extra('tracking')}")
    if "wandb" in names:
        _check_login()


def _check_login() -> None:
    import wandb

    if wandb.setup().settings.mode in ("offline", "dryrun", "disabled"):
        return
    if not wandb.login(prompt=False, verify=False):
        raise ValueError(
            "Weights & Biases has no API key: add one with `wandb login`, or set "
            "WANDB_MODE=offline to keep the run on this machine (`wandb sync` sends it later)"
        )


def _wandb_id(folder: RunFolder) -> str:
    """Return the id of the run, which is kept in the folder for resuming."""
    if not folder.wandb_id.exists():
        write_text(folder.wandb_id, uuid.uuid4().hex)
    return folder.wandb_id.read_text()
