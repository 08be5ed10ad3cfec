"""Disks of 2 MB, on which programs run out of space."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def small_disk(folder: Path) -> list[str]:
    """The command prefix that runs in a name space where ``folder`` is a disk of 2 MB."""
    mount = f'mount -t tmpfs -o size=2m tmpfs {folder} && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]


def run_on(folder: Path, program: str, argument: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python program with one argument, for which ``folder`` is a disk of 2 MB."""
    command = [*small_disk(folder), sys.executable, "-c", program, str(argument)]
    return subprocess.run(command, capture_output=True, text=True)


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*small_disk(folder), "true"], capture_output=True).returncode == 0
