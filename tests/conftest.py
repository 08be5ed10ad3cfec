"""One thread, no screen, no sound, Ctrl-C as usual: set before this project is imported."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest
from small_disks import can_mount

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is behind "&", also for what we start
    signal.signal(signal.SIGINT, signal.default_int_handler)

collect_ignore_glob = ["measurements/*"]
"""Measurements are scripts that `make benchmark` runs; the tests never look at a clock."""

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder on which a small disk can be mounted."""
    if not can_mount(tmp_path):
        pytest.skip("small disks can be mounted on Linux only, with user name spaces")
    return tmp_path
