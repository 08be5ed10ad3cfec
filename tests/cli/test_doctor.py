"""`rlhf-gym doctor`."""

from __future__ import annotations

import json
import sqlite3
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

from rlhf_gym.basics import installation
from rlhf_gym.basics.installation import EXTRAS, install_extra
from rlhf_gym.cli.main import main
from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore

Capture = pytest.CaptureFixture[str]


def findings(folder: Path, capsys: Capture) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", str(folder), "--json"])
    return code, {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}


def test_this_installation_is_well(tmp_path: Path, capsys: Capture) -> None:
    code, found = findings(tmp_path, capsys)
    assert code == 0, found
    assert (
        found["video"]["status"] == found["store"]["status"] == found["package"]["status"] == "ok"
    )
    assert list(tmp_path.iterdir()) == []


def test_both_editions_of_pygame_are_named_with_the_repair(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda n: "2.6.1" if n == "pygame" else version(n))
    assert main(["doctor", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "FAIL  pygame     pygame 2.6.1 is installed beside pygame-ce" in shown
    assert "-> pip uninstall -y pygame pygame-ce\n" in shown
    assert "-> pip install pygame-ce\n" in shown


def test_extras_that_are_not_installed_are_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        installation, "find_spec", lambda name: None if name == "ray" else find_spec(name)
    )
    code, found = findings(tmp_path, capsys)
    assert code == 0
    assert found["extras"]["text"].endswith("not installed: ray")
    assert install_extra("ray") in found["extras"]["remedy"]


def test_every_extra_is_looked_for() -> None:
    declared = metadata.metadata("rlhf-gym").get_all("Provides-Extra") or []
    assert set(EXTRAS) == set(declared) - {"all"}


def test_robots_that_cannot_be_drawn_are_a_warning(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("MUJOCO_GL", "osmesa")
    monkeypatch.setenv("PYOPENGL_PLATFORM", "osmesa")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    code, found = findings(tmp_path, capsys)
    assert (code, found["robots"]["status"]) == (0, "warn"), found["robots"]
    assert "apt install" in found["robots"]["remedy"]


def test_no_display_is_a_warning(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    code, found = findings(tmp_path, capsys)
    assert (code, found["display"]["status"]) == (0, "warn")
    assert "ssh -X" in found["display"]["remedy"]


def test_a_locked_store_fails(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "feedback.db"
    FeedbackStore.create(path, environment=EnvironmentRecord("CartPole-v1", fps=50.0)).close()
    assert findings(tmp_path, capsys)[0] == 0
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    code, found = findings(tmp_path, capsys)
    holder.close()
    assert (code, found["store"]["status"]) == (1, "fail")
    assert "close the window" in found["store"]["remedy"]


def test_a_missing_folder_fails(tmp_path: Path, capsys: Capture) -> None:
    code, found = findings(tmp_path / "none", capsys)
    assert (code, found["store"]["status"]) == (1, "fail")
