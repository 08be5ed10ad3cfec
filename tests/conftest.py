"""One thread, no screen, no sound, Ctrl-C as usual: set before this project is imported."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from pathlib import Path

import hypothesis
import pytest
from programs import start_server
from small_disks import can_mount

gc.disable()  # until all tests are imported: imports make many objects that stay
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ["RLHF_GYM_CALLED"] = "rlhf-gym"  # in what is told, however the tests are run
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("XDG_STATE_HOME", str(Path(tempfile.gettempdir(), "rlhf-gym-tests-state")))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is behind "&", also for what we start
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # so it is under nohup
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run slow tests first, so that no process has a long one left when the other is done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what was imported out of the garbage collector's way; fork programs from now on."""
    gc.freeze()
    gc.enable()
    if hasattr(session.config, "workerinput"):  # of pytest-xdist: many tests are run
        start_server()


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
