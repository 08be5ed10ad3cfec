"""Versions of the packages that a run used, and the commit of this project."""

from __future__ import annotations

import platform
import subprocess
from importlib import metadata
from pathlib import Path

__all__ = ["commit", "installed_versions"]

_PACKAGES = ("rlhf-gym", "stable-baselines3", "gymnasium", "torch", "numpy", "pygame-ce", "av")


def installed_versions() -> dict[str, str]:
    """Return the versions of Python, the system and the packages that results depend on."""
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def commit() -> str:
    """Return the commit of this project if it runs from its repository, else ``""``."""
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return ""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return done.stdout.strip()
