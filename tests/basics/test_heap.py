"""Memory that was freed goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np, psutil
from rlhf_gym.basics.heap import give_back
kept = [np.ones(30_000) for _ in range(1_000)]  # 240 MB in parts that the C library keeps
del kept[:-1]
before = psutil.Process().memory_info().rss
give_back()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others cannot be asked to")
def test_what_the_c_library_keeps_is_returned() -> None:
    given_back = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert int(given_back.stdout) > 100_000_000
