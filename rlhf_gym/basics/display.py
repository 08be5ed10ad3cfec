"""Whether a window can be opened: the display and the edition of pygame, checked without pygame."""

from __future__ import annotations

import os
import sys
from importlib import metadata

__all__ = [
    "REPAIR",
    "NoDisplay",
    "WrongPygame",
    "check_display",
    "check_pygame",
    "installed_version",
]

REPAIR = "pip uninstall -y pygame pygame-ce\npip install pygame-ce"
"""The commands that put pygame-ce in the place of any other edition."""


class NoDisplay(RuntimeError):
    """There is no screen to open a window on."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"no window can be opened here ({reason}). On a remote machine, connect with `ssh -X`, "
            "or copy the run folder to your own machine and call `rlhf-gym label RUN` there. "
            "Inside a container, pass DISPLAY and the X11 socket. Without a person, train with "
            "`--teacher synthetic`."
        )


class WrongPygame(ImportError):
    """The package `pygame` is not the community edition, pygame-ce."""

    def __init__(self, found: str) -> None:
        repair = REPAIR.replace("\n", " && ")
        super().__init__(f"{found}, but the window needs pygame-ce alone. Repair it with: {repair}")
        self.found = found


def check_pygame() -> None:
    """Raise `WrongPygame` unless pygame-ce alone is installed.

    Both editions install a package `pygame`, and the one that was installed last wins.
    """
    ce, plain = installed_version("pygame-ce"), installed_version("pygame")
    if plain:
        where = "beside" if ce else "instead of"
        raise WrongPygame(f"pygame {plain} is installed {where} pygame-ce")
    if not ce:
        raise WrongPygame("pygame-ce is not installed")


def check_display() -> None:
    """Raise `NoDisplay` where neither X11, Wayland, Windows, macOS nor SDL's choice offers one."""
    if sys.platform in ("win32", "darwin") or os.environ.get("SDL_VIDEODRIVER"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set")


def installed_version(package: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
