"""Settings that a user gives to `HumanFeedback`, in the new and in the old way."""

from __future__ import annotations

from typing import Any

import pytest

from rlhf_gym import HumanFeedback
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.training.given import OLD_ARGUMENTS, GivenSettings

OLD: dict[str, Any] = {
    "clip_seconds": 0.7,
    "clip_length": 12,
    "strategy": "uniform",
    "schedule": "constant",
    "first_share": 0.4,
    "last_label": 0.9,
    "ends_differ": True,
    "memory_bytes": 10**6,
    "warm_up_steps": 99,
    "checkpoint_seconds": 7.0,
}


def test_the_table_holds_all_arguments_that_have_moved() -> None:
    assert OLD.keys() == OLD_ARGUMENTS.keys()


@pytest.mark.parametrize("name", OLD)
def test_an_old_argument_still_works_with_a_warning_that_names_the_new_place(name: str) -> None:
    new = OLD_ARGUMENTS[name]
    place = rf"HumanFeedback\({name}=\.\.\.\) will .* settings=FeedbackSettings\({new}=\.\.\.\)"
    with pytest.warns(DeprecationWarning, match=place) as warned:
        feedback = HumanFeedback("synthetic", **{name: OLD[name]})
    assert warned[0].filename == __file__
    assert getattr(feedback.settings, new) == OLD[name]


def test_an_argument_that_never_was_is_refused_with_one_that_is_spelled_alike() -> None:
    with pytest.raises(TypeError, match=r"no argument 'stratgy' \(did you mean strategy"):
        HumanFeedback("synthetic", stratgy="uniform")
    with pytest.raises(TypeError, match="stratgy"):
        HumanFeedback("synthetic", settings={"stratgy": "uniform"})


def test_what_is_not_given_is_as_was_measured_in_the_environment() -> None:
    given = GivenSettings({"strategy": "uniform", "schedule": None}, {}, labels=80)
    settings = given.in_environment("Pendulum-v1", person=False)
    assert (settings.strategy, settings.labels, settings.clip_seconds) == ("uniform", 80, 0.2)


def test_settings_that_are_given_whole_are_not_filled_up() -> None:
    whole = FeedbackSettings(strategy="uniform")
    assert GivenSettings(whole, {}).in_environment("Pendulum-v1", person=True) == whole
    fewer = GivenSettings(whole, {}, labels=7).in_environment("Pendulum-v1", person=False)
    assert (fewer.labels, fewer.strategy, fewer.clip_seconds) == (7, "uniform", whole.clip_seconds)
