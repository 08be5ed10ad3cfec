"""Disks of 2 MB, on which programs run out of space."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def small_disk(folder: Path) -> list[str]:
    """The command prefix that runs in a name space where ``folder`` is a disk of 2 MB."""
    mount = f'mount -t tmpfs -o size=2m tmpfs {folder} && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*small_disk(folder), "true"], capture_output=True).returncode == 0
