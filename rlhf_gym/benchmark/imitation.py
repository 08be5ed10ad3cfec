"""Where the optional package imitation comes from, and whether it is there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

__all__ = ["INSTALL_IMITATION", "check_imitation"]

INSTALL_IMITATION = f"pip install --no-deps -r {Path(__file__).with_name('imitation.txt')}"
"""Installs imitation without the old versions that its metadata pins."""


def check_imitation() -> None:
    """Raise ValueError if imitation is not installed."""
    if importlib.util.find_spec("imitation") is None:
        raise ValueError(f"the arms bc, gail and airl need imitation: {INSTALL_IMITATION}")
