from __future__ import annotations

import inspect
import socket
import tempfile
from multiprocessing import forkserver
from pathlib import Path

import pytest

from rlhf_gym.environments.fork_server import folder_of_socket


@pytest.mark.parametrize("name", ["pymp-1x", "other"])
def test_the_folder_of_the_servers_socket_is_found_and_no_other(name: str) -> None:
    with (
        tempfile.TemporaryDirectory() as place,  # the path of a socket must be short
        socket.socket(socket.AF_UNIX) as listener,
    ):
        folder = Path(place) / name
        folder.mkdir()
        listener.bind(str(folder / "listener"))
        code = "from multiprocessing.forkserver import main; main(%d, 9, ['__main__'], **{})"
        found = folder_of_socket(code % listener.fileno())
        assert found == (folder if name == "pymp-1x" else None)
    assert "from multiprocessing.forkserver import main; " in inspect.getsource(forkserver)


def test_in_any_other_process_there_is_none() -> None:
    assert folder_of_socket("import rlhf_gym") is None
    assert folder_of_socket("from multiprocessing.forkserver import main; main(987654, 1)") is None
