"""Checks of `rlhf-gym doctor`: each examines one thing and names a remedy."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rlhf_gym.basics import display
from rlhf_gym.basics.display import installed_version
from rlhf_gym.basics.installation import EXTRAS, absent_extras, install_extra
from rlhf_gym.basics.processes import code_command
from rlhf_gym.benchmark.imitation import INSTALL_IMITATION
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["CHECKS", "Finding"]

GIGABYTE = 2**30


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    Attributes:
        name: one word for what was checked.
        status: ``"ok"``, ``"warn"`` (a feature will not work) or ``"fail"`` (nothing will work).
        text: what was found.
        remedy: what to do about it, or an empty text.
    """

    name: str
    status: Literal["ok", "warn", "fail"]
    text: str
    remedy: str = ""


def check_python(_: Path) -> Finding:
    """Report the version of Python."""
    return Finding("python", "ok", f"{platform.python_version()} in {sys.prefix}")


def check_pygame(_: Path) -> Finding:
    """Check that pygame-ce is installed, whole, and not shadowed by plain pygame."""
    try:
        display.check_pygame()
    except display.WrongPygame as error:
        return Finding("pygame", "fail", error.found, display.REPAIR)
    version = installed_version("pygame-ce")
    tried = _run("import pygame; print('ce' if getattr(pygame, 'IS_CE', 0) else 'other')")
    if tried.stdout.strip() != "ce":
        damaged = f"pygame-ce {version} is installed, but damaged"
        return Finding("pygame", "fail", damaged, display.REPAIR)
    return Finding("pygame", "ok", f"pygame-ce {version}")


def check_display(_: Path) -> Finding:
    """Check for a display that can show the window."""
    driver = os.environ.get("SDL_VIDEODRIVER", "")
    if driver in ("dummy", "offscreen"):
        remedy = "unset SDL_VIDEODRIVER to label in the window"
        return Finding("display", "warn", f"SDL_VIDEODRIVER={driver} shows nothing", remedy)
    try:
        display.check_display()
    except display.NoDisplay as error:
        return Finding("display", "warn", "there is no display", str(error))
    return Finding("display", "ok", os.environ.get("DISPLAY", "") or "available")


def check_video(_: Path) -> Finding:
    """Check the H.264 codec: encode a few frames and read them back."""
    try:
        import numpy as np

        from rlhf_gym.media.video import decode, encode

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            encode(np.zeros((3, 32, 32, 3), np.uint8), path, 10.0)
            count = len(decode(path))
    except Exception as error:  # any error of the codec is the finding
        remedy = "pip install --force-reinstall av"
        return Finding("video", "fail", f"clips cannot be encoded: {error}", remedy)
    if count != 3:
        remedy = "pip install --force-reinstall av"
        return Finding("video", "fail", f"{count} of 3 encoded frames were read back", remedy)
    return Finding("video", "ok", f"H.264 through PyAV {installed_version('av')}")


def check_torch(_: Path) -> Finding:
    """Check that PyTorch computes, and report the device."""
    try:
        import torch

        float(torch.ones(2, 2).mm(torch.ones(2, 2)).sum())
        version = torch.__version__
        if not torch.cuda.is_available():
            return Finding(
                "torch", "ok", f"{version}, no GPU: the CPU is enough for small networks"
            )
        name = torch.cuda.get_device_name(0)
        float(torch.ones(2, 2, device="cuda").sum())
    except Exception as error:
        remedy = "install a PyTorch that fits this machine and its driver, or use --device cpu"
        return Finding("torch", "fail", f"torch does not work: {error}", remedy)
    return Finding("torch", "ok", f"{version} on {name}")


def check_store(folder: Path) -> Finding:
    """Check that the database can be written and locked in the folder."""
    store = RunFolder(folder).store
    if not folder.is_dir():
        return Finding("store", "fail", f"there is no folder {folder}", "give one that exists")
    try:
        RunFolder(folder).check_links()
    except ValueError as error:
        return Finding("store", "fail", str(error))
    if store.exists():
        return _check_existing(store)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".doctor-") as place:
            _lock(Path(place) / "probe.db")
    except (OSError, sqlite3.Error) as error:
        remedy = "write runs to a local disk (--run), not to a network drive"
        return Finding("store", "fail", f"{folder.resolve()} cannot hold a store: {error}", remedy)
    return Finding("store", "ok", f"{folder.resolve()} can hold one")


def _check_existing(store: Path) -> Finding:
    from rlhf_gym.feedback import FeedbackStore, StoreError

    try:
        with FeedbackStore.open(str(store)) as opened:
            counts = opened.counts()
        _lock(store)
    except (StoreError, sqlite3.Error) as error:
        remedy = "close the window and other programs that use it, then try again"
        text = str(error)
        return Finding("store", "fail", text, remedy if "locked" in text else "")
    return Finding(
        "store", "ok", f"{store}: {counts.answered:,} of {counts.asked:,} queries answered"
    )


def _lock(path: Path) -> None:
    """Take the lock for writing and release it, without changing anything."""
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    try:
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise sqlite3.OperationalError("this file system has no write-ahead log")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def check_disk(folder: Path) -> Finding:
    """Check the free space for a run: clips, checkpoints and, off-policy, a replay buffer."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / GIGABYTE
    text = f"{free:.1f} GB free"
    if free < 0.1:
        return Finding("disk", "fail", text, "free some space, or use another disk (--run)")
    if free < 1:
        return Finding("disk", "warn", text, "a long run may need more")
    return Finding("disk", "ok", text)


def check_links(_: Path) -> Finding:
    """Check the two links of a checkout, which type checkers and editable installs need."""
    package = Path(__file__).parents[1]
    if not (package.parent / "pyproject.toml").exists():
        return Finding(
            "package", "ok", f"rlhf-gym {installed_version('rlhf-gym')}, installed from a wheel"
        )
    broken = [n for n in ("envs", "wrappers") if not (package / n / "__init__.py").exists()]
    if broken:
        remedy = "\n".join(f"ln -sfn ../{name} {package / name}" for name in broken)
        text = f"links are missing in the checkout: {', '.join(broken)}"
        return Finding("package", "fail", text, remedy + "\npip install -e .")
    return Finding("package", "ok", f"rlhf-gym {installed_version('rlhf-gym')}, a checkout")


def check_extras(_: Path) -> Finding:
    """Report which extras are installed."""
    absent = absent_extras()
    there = [extra for extra in EXTRAS if extra not in absent]
    if not absent:
        return Finding("extras", "ok", f"all: {', '.join(there)}")
    text = f"installed: {', '.join(there) or 'none'}; not installed: {', '.join(absent)}"
    return Finding("extras", "ok", text, f"if you need them: {install_extra(','.join(absent))}")


def check_robots(_: Path) -> Finding:
    """Check that MuJoCo draws a robot, even without a display."""
    if importlib.util.find_spec("mujoco") is None:
        return Finding("robots", "ok", "MuJoCo is not installed")
    tried = _run(
        "import gymnasium as gym; from rlhf_gym.media import off_screen\n"
        "with off_screen():\n"
        "    env = gym.make('rlhf_gym:rlhf/Hopper-v5', render_mode='rgb_array')\n"
        "    env.reset(); env.render(); env.close()"
    )
    if tried.returncode:
        said = (tried.stderr.strip() or "the process died").splitlines()[-1]
        remedy = "on Debian and Ubuntu: apt install libegl1 libgl1-mesa-dri"
        return Finding("robots", "warn", f"robots cannot be drawn: {said}", remedy)
    return Finding("robots", "ok", f"MuJoCo {installed_version('mujoco')} draws them")


def check_imitation(_: Path) -> Finding:
    """Check imitation, which is optional: its metadata would install plain pygame."""
    if importlib.util.find_spec("imitation") is None:
        return Finding(
            "imitation",
            "ok",
            "not installed (needed for the arms bc, gail and airl)",
            INSTALL_IMITATION,
        )
    if missing := [n for n in ("datasets", "scipy", "seals") if not importlib.util.find_spec(n)]:
        return Finding("imitation", "warn", f"without {', '.join(missing)}", INSTALL_IMITATION)
    return Finding("imitation", "ok", str(installed_version("imitation")))


CHECKS: tuple[Callable[[Path], Finding], ...] = (
    check_python,
    check_links,
    check_torch,
    check_pygame,
    check_display,
    check_video,
    check_store,
    check_disk,
    check_extras,
    check_robots,
    check_imitation,
)


def _run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own: libraries print, and a broken one may end the process."""
    return subprocess.run(
        code_command(code),
        capture_output=True,
        text=True,
        env={**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1", "PYTHONWARNINGS": "ignore"},
    )
