"""What is left out of garbage collections is let go at the end of the process all the same."""

from __future__ import annotations

import subprocess
import sys

CIRCLE = """
import gc
from rlhf_gym.basics.quick_imports import quick_imports

class Console:
    def __init__(self):
        self.player = self
    def __del__(self):
        print("let go")

Console()
with quick_imports():
    import colorsys
print(gc.isenabled(), gc.get_freeze_count() > 0)
"""


def test_what_was_left_at_an_import_is_let_go_at_the_end() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CIRCLE], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines() == ["True True", "let go"]
