"""Where worker processes meet the process that starts them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rlhf_gym.basics.processes import code_command

FOLDER = """
from multiprocessing import util
from rlhf_gym.environments.processes import worker_context
worker_context()
print(util.get_temp_dir())
"""


@pytest.mark.parametrize(("length", "within"), [(20, True), (70, False)])
def test_sockets_lie_in_a_folder_that_is_never_left_unless_their_path_would_be_too_long(
    length: int, within: bool
) -> None:
    place = Path("/tmp", f"rlhf{os.getpid()}".ljust(length - len("/tmp/"), "x"))
    place.mkdir()
    try:
        environment = {**os.environ, "TMPDIR": str(place)}
        told = subprocess.run(
            code_command(FOLDER), env=environment, capture_output=True, text=True, check=True
        )
        assert Path(told.stdout.strip()).parent.name.startswith("rlhf-gym-tmp-") is within
        assert list(place.iterdir()) == []
    finally:
        place.rmdir()
