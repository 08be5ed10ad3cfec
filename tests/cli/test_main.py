"""The program's entry, as a shell sees it."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from rlhf_gym.cli import main as program
from rlhf_gym.cli.main import COMMANDS, main
from rlhf_gym.feedback import StoreMissing

Capture = pytest.CaptureFixture[str]


def command_that_raises(monkeypatch: pytest.MonkeyPatch, error: Exception, name: str) -> None:
    """Put a command `broken` into the program that raises ``error`` in the module ``name``."""
    module = ModuleType("rlhf_gym.cli.broken")
    source = "def command() -> None:\n    raise error\n"
    exec(source, {"__name__": name, "error": error}, module.__dict__)
    monkeypatch.setitem(sys.modules, "rlhf_gym.cli.broken", module)
    monkeypatch.setitem(program.COMMANDS, "broken", "")
    space = {"__name__": name, "error": error}
    exec(source, space)
    monkeypatch.setattr(module, "command", space["command"])


def test_no_argument_prints_the_overview_and_is_wrong_usage(capsys: Capture) -> None:
    assert main([]) == 2
    assert "usage: rlhf-gym COMMAND" in capsys.readouterr().err


def test_help_is_asked_for_and_done(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert max(map(len, shown.splitlines())) <= 90


def test_an_unknown_command_names_the_nearest(capsys: Capture) -> None:
    assert main(["trian"]) == 2
    assert "did you mean `rlhf-gym train`?" in capsys.readouterr().err


def test_a_wrong_flag_is_wrong_usage(capsys: Capture) -> None:
    assert main(["envs", "--colour"]) == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["envs", "play", "doctor"])
def test_the_help_of_a_command_has_an_example(name: str, capsys: Capture) -> None:
    assert main([name, "--help"]) == 0
    assert f"Example: rlhf-gym {name} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("labels must be positive"), "rlhf_gym.anything"),
        (StoreMissing("there is no store"), "elsewhere"),
        (OSError(13, "Permission denied"), "elsewhere"),
    ],
)
def test_a_mistake_of_the_user_is_one_line_without_traceback(
    error: Exception, name: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    command_that_raises(monkeypatch, error, name)
    assert main(["broken"]) == 1
    assert capsys.readouterr().err == f"rlhf-gym: {error}\n"


def test_a_full_disk_comes_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    command_that_raises(monkeypatch, OSError(28, "No space left on device"), "elsewhere")
    assert main(["broken"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("rlhf-gym: [Errno 28] No space left on device: free some space")
    assert "--resume RUN" in shown and shown.count("\n") == 1


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    command_that_raises(monkeypatch, ValueError("no"), "rlhf_gym.anything")
    assert main(["broken", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    command_that_raises(monkeypatch, ValueError("a bug"), "numpy")
    assert main(["broken"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_the_overview_loads_no_heavy_library() -> None:
    code = (
        "import sys; from rlhf_gym.cli.main import main; main(['--help']);"
        "print([m for m in ('torch', 'stable_baselines3', 'pygame', 'tyro') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
