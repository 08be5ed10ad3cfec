"""Disks of 2 MB, on which programs run out of space."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

from programs import completed

_MOUNTED = """
import ctypes, os
c, new_user, new_mounts = ctypes.CDLL(None), 0x10000000, 0x20000
user, group = os.getuid(), os.getgid()
assert c.unshare(new_user | new_mounts) == 0
for file, line in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
    open("/proc/self/" + file, "w").write(line)
assert c.mount(b"tmpfs", %r, b"tmpfs", 0, b"size=2m") == 0
"""
"""Begins a name space in which a folder is a disk of 2 MB."""


def run_on(folder: Path, program: str, argument: Path) -> CompletedProcess[str]:
    """Run a Python program with one argument, for which ``folder`` is a disk of 2 MB."""
    return completed("-c", _MOUNTED % bytes(folder) + program, str(argument))


def can_mount(folder: Path) -> bool:
    return run_on(folder, "", folder).returncode == 0
