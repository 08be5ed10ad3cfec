"""FeedbackSettings: each knob once, and what follows from its one definition."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import pytest
import tyro

from rlhf_gym.cli.main import main
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.presets import FeedbackSettings, feedback_of
from rlhf_gym.results.arms import LABELLING
from rlhf_gym.reward_model import RewardModelSettings
from rlhf_gym.runs.config import as_table, from_table, read_settings, write_settings
from rlhf_gym.runs.open_fields import open_fields
from rlhf_gym.runs.settings import TrainSettings, fill_in
from rlhf_gym.runs.tables import check_table

KNOBS = [each.name for each in fields(FeedbackSettings)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labels": 0}, "labels must be at least 1, but is 0"),
        ({"clip_length": 0}, "clip_length must be at least 1"),
        ({"warm_up_steps": -1}, "warm_up_steps must be at least 1, but is -1"),
        ({"memory_bytes": 0}, "memory_bytes must be at least 1"),
        ({"clip_seconds": math.nan}, "clip_seconds must be more than 0, but is nan"),
        ({"first_share": 0.0}, "first_share must be more than 0, but is 0.0"),
        ({"last_label": 1.01}, "last_label must be at most 1, but is 1.01"),
        ({"repeats": 1.0}, "repeats must be less than 1, but is 1.0"),
        ({"checkpoint_seconds": -1.0}, "checkpoint_seconds must be at least 0, but is -1"),
        ({"strategy": "divers"}, "but is 'divers' .did you mean diverse"),
        ({"strategy": 3}, "strategy must be one of uniform, .* or a function, but is 3"),
        ({"schedule": "hyperbolical"}, "but is 'hyperbolical' .did you mean hyperbolic"),
        ({"schedule": lambda done: 1 - done}, "the schedule must not decrease"),
    ],
)
def test_what_cannot_work_is_refused_with_its_name(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FeedbackSettings(**given)


def test_a_person_is_asked_for_200_to_500_answers_on_longer_clips() -> None:
    lander = feedback_of("LunarLander-v3", person=True)
    assert (lander.labels, lander.clip_seconds) == (500, 1.0)
    car = feedback_of("MountainCar-v0", person=True)
    assert (car.labels, car.clip_seconds) == (200, 3.0)


@pytest.mark.parametrize(
    ("labels", "given", "share"),
    [(200, None, 0.25), (50, None, 0.5), (10, None, 1.0), (50, 0.1, 0.1), (200, 0.9, 0.9)],
)
def test_at_least_25_labels_come_first_unless_their_share_is_given(
    labels: int, given: float | None, share: float
) -> None:
    assert feedback_of("Taxi-v4", {"labels": labels, "first_share": given}).first_share == share


def test_what_is_given_takes_the_place_of_what_was_measured() -> None:
    found = feedback_of("rlhf/Pendulum-v1", {"clip_seconds": 0.4, "strategy": None})
    assert (found.clip_seconds, found.labels, found.strategy) == (0.4, 50, "diverse")
    assert found.reward_model.members == 7


# --- a new knob needs its field, and the line where it acts


@dataclass(frozen=True)
class WithOneMore(FeedbackSettings):
    """The settings with a knob that is not there yet, and with nothing else added for it."""

    patience: int = 5
    """Seconds before a person is reminded."""
    mood: Literal["calm", "brisk"] = "calm"
    """How."""


def test_a_new_knob_is_an_option_a_key_and_a_check_by_its_field_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kind: Any = open_fields(WithOneMore)
    assert kind().patience is None
    given = tyro.cli(kind, args=["--patience", "9", "--mood", "brisk", "--labels", "4"])
    assert (given.patience, given.mood, given.labels, given.repeats) == (9, "brisk", 4, None)
    assert as_table(given) == {"labels": 4, "patience": 9, "mood": "brisk"}
    assert from_table(kind, as_table(given)) == given
    check_table(kind, {"patience": 3})
    with pytest.raises(ValueError, match="patience must be a whole number, but is 'long'"):
        check_table(kind, {"patience": "long"})
    with pytest.raises(SystemExit):
        tyro.cli(kind, args=["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "--patience" in shown and "Seconds before a person is reminded." in shown
    assert "calm" in shown and "How many answers to spend" in shown


@pytest.mark.parametrize("knob", KNOBS)
def test_every_knob_is_a_setting_of_a_run_on_which_only_answers_depend(knob: str) -> None:
    assert getattr(TrainSettings(), knob) is None
    assert knob in LABELLING


def test_every_knob_is_a_flag_with_its_docstring(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--help-all"]) == 0
    shown = capsys.readouterr().out
    for knob in KNOBS:
        assert f"--{knob.replace('_', '-')}" in shown


def test_all_knobs_come_back_from_the_config_of_a_run(tmp_path: Path) -> None:
    chosen: dict[str, Any] = {
        "labels": 12,
        "clip_seconds": 0.5,
        "clip_length": 7,
        "strategy": "entropy",
        "schedule": "constant",
        "first_share": 0.5,
        "last_label": 0.9,
        "repeats": 0.2,
        "valued_terminals": True,
        "warm_up_steps": 100,
        "memory_bytes": 10**7,
        "checkpoint_seconds": 5.0,
        "reward_model": RewardModelSettings(members=2, hidden=(8,)),
    }
    assert chosen.keys() == set(KNOBS)
    settings = fill_in(TrainSettings("Pendulum-v1", **chosen))
    assert settings.feedback == FeedbackSettings(**chosen)
    run = RunFolder(tmp_path)
    write_settings(run, settings)
    assert read_settings(run, TrainSettings) == settings


def test_a_config_of_the_first_release_is_read() -> None:
    table = {
        "env_id": "CartPole-v1",
        "algo": "ppo",
        "labels": 60,
        "clip_seconds": 0.4,
        "strategy": "diverse",
        "schedule": "hyperbolic",
        "first_share": 0.3,
        "last_label": 0.6,
        "reward_model": {"members": 4},
    }
    found = from_table(TrainSettings, table).feedback
    assert (found.labels, found.clip_seconds, found.first_share, found.last_label) == (
        60,
        0.4,
        0.3,
        0.6,
    )
    assert found.reward_model == RewardModelSettings(members=4)
    assert (found.repeats, found.checkpoint_seconds) == (0.05, 30.0)  # which had no keys then
