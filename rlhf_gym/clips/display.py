"""Whether there is a display, asked without loading anything that would complain."""

from __future__ import annotations

import os

__all__ = ["display_is_named"]


def display_is_named() -> bool:
    """Whether the surroundings name a server of windows, of X11 or Wayland."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
