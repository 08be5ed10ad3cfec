"""Help texts: what is often used on one screen, and the rest without types of Python."""

from __future__ import annotations

import re
import sys
import warnings
from types import ModuleType

import pytest

from rlhf_gym.basics.installation import install_extra
from rlhf_gym.cli import main as program
from rlhf_gym.cli.main import COMMANDS, main
from rlhf_gym.cli.train import HELP
from rlhf_gym.presets import feedback_of
from rlhf_gym.training.human_feedback import HumanFeedback

Capture = pytest.CaptureFixture[str]


def test_what_is_often_used_fits_on_a_screen(capsys: Capture) -> None:
    assert main(["train", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown == HELP
    assert len(shown.splitlines()) <= 24 and max(map(len, shown.splitlines())) <= 90
    assert main(["train", "--help-all"]) == 0
    whole = capsys.readouterr().out
    assert all(option in whole for option in re.findall(r"--[a-z-]+", HELP) if "help" not in option)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_text_shows_a_type_of_python(name: str, capsys: Capture) -> None:
    assert main([name, "--help-all"]) == 0
    shown = capsys.readouterr().out
    assert not re.search(r"\{None|None\}|\(default: (None|False)\)|\bSTR\b|\bINT\b|FLOAT", shown)


@pytest.mark.parametrize("value", ["true", "True", "false"])
def test_true_and_false_are_read_in_any_case(value: str, capsys: Capture) -> None:
    given = ["--norm-reward", value, "--reward-model.actions", value, "--show"]
    assert main(["train", "Pendulum-v1", *given]) == 0
    shown = capsys.readouterr().out
    assert re.search(rf"norm_reward +{value.lower()}", shown)
    assert re.search(rf"actions +{value.lower()}", shown)


def test_widths_of_layers_are_read_as_numbers(capsys: Capture) -> None:
    assert main(["train", "Pendulum-v1", "--reward-model.hidden", "8", "4", "--show"]) == 0
    assert re.search(r"hidden +\[8, 4\]", capsys.readouterr().out)


def test_a_warning_is_a_sentence_without_file_and_source(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def command() -> None:
        """Warn."""
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("most clips tie", stacklevel=1)

    module = ModuleType("rlhf_gym.cli.broken")
    monkeypatch.setattr(module, "command", command, raising=False)
    monkeypatch.setitem(sys.modules, "rlhf_gym.cli.broken", module)
    monkeypatch.setitem(program.COMMANDS, "broken", "")
    assert main(["broken"]) == 0
    assert capsys.readouterr().err == "! most clips tie\n"


def test_an_extra_is_installed_as_this_copy_was() -> None:
    assert re.fullmatch(r'pip install (-e )?".+\[box2d\].*"', install_extra("box2d"))


def test_labels_among_the_settings_are_heeded() -> None:
    assert HumanFeedback("synthetic", settings={"labels": 7}).settings.labels == 7
    assert feedback_of("CartPole-v1", {"labels": 7}).labels == 7
