"""The benchmark on a real Ray that is started here."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from plans import Seen, tiny, what_counts

from rlhf_gym.benchmark.perform import perform
from rlhf_gym.benchmark.ray_engine import RayEngine, gpus

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own


def test_ray_gives_what_one_process_gives_and_outlives_a_killed_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAY_worker_niceness", "0")  # else they starve beside other tests
    runs = tiny(seeds=1).runs
    seen = Seen()
    killed: list[int] = []
    reachable: set[str] = set()

    def kill_one() -> None:
        while not killed:
            for process in psutil.process_iter(["cmdline"]):
                if "ray::_performed" in " ".join(process.info["cmdline"] or []):
                    reachable.update(_listening())
                    process.kill()
                    killed.append(process.pid)
                    return
            time.sleep(0.02)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    outcomes = {run.name: outcome for run, outcome in RayEngine()(runs, seen)}
    assert killed
    assert {address.removeprefix("::ffff:") for address in reachable} == {"127.0.0.1"}
    assert not list(Path(tempfile.gettempdir()).glob("rlhf-gym-tmp-*/session_*"))
    assert what_counts(outcomes) == what_counts({run.name: perform(run) for run in runs})
    assert set(seen.names) <= set(outcomes)


def _listening() -> set[str]:
    """The addresses at which this process and what it has started can be reached."""
    this = psutil.Process()
    addresses = set()
    for process in [this, *this.children(recursive=True)]:
        with suppress(psutil.Error):
            sockets = process.net_connections(kind="inet")
            addresses |= {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
    return addresses


def test_a_cluster_that_does_not_answer_is_refused_before_the_first_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionError("nobody is there")

    monkeypatch.setattr("ray.init", refuse)
    with pytest.raises(ValueError, match="no Ray cluster answers at auto: nobody is there"):
        RayEngine("auto")((), Seen())


@pytest.mark.parametrize(
    ("device", "there", "wanted"), [("auto", 2, 1), ("auto", 0, 0), ("cpu", 2, 0)]
)
def test_a_run_that_may_use_a_gpu_asks_for_one_of_a_cluster_that_has_some(
    device: str, there: int, wanted: int
) -> None:
    (run,) = tiny(arms=("true",), seeds=1, settings={"device": device}).runs
    assert gpus(run, there) == wanted


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nowhere", "a Ray address is host:port or auto, but 'nowhere' was given"),
        ("127.0.0.1:1", "nothing answers at the Ray address 127.0.0.1:1"),
    ],
)
def test_an_address_that_does_not_answer_is_refused_at_once(address: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RayEngine(address)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_that_is_not_ray_is_refused_at_once(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlhf_gym.benchmark.ray_engine.ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def reply() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(answer)
                time.sleep(1)

        threading.Thread(target=reply, daemon=True).start()
        with pytest.raises(ValueError, match=rf"127.0.0.1:{port}.*`ray start --head`"):
            RayEngine(f"127.0.0.1:{port}")
