"""GivenSettings: the settings that a user gave, to be filled up with those of the environment."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from rlhf_gym.basics.words import near
from rlhf_gym.presets import FeedbackSettings, feedback_of
from rlhf_gym.reward_model import RewardModel, RewardModelSettings

__all__ = ["OLD_ARGUMENTS", "GivenSettings", "own_reward_model"]

OLD_ARGUMENTS = {
    "clip_seconds": "clip_seconds",
    "clip_length": "clip_length",
    "strategy": "strategy",
    "schedule": "schedule",
    "first_share": "first_share",
    "last_label": "last_label",
    "ends_differ": "valued_terminals",
    "memory_bytes": "memory_bytes",
    "warm_up_steps": "warm_up_steps",
    "checkpoint_seconds": "checkpoint_seconds",
}
"""Arguments that `HumanFeedback` had in version 0.1.0, and the settings that they have become."""


class GivenSettings:
    """Settings that a user gave to `HumanFeedback`, all or some of them.

    Attributes:
        settings: with the defaults of `FeedbackSettings` for what was not given.
    """

    def __init__(
        self,
        settings: FeedbackSettings | Mapping[str, Any] | None,
        old_arguments: Mapping[str, Any],
        **others: Any,
    ) -> None:
        """Join what was given, and check it.

        Args:
            settings: all settings, or some by their names.
            old_arguments: some by the names of `OLD_ARGUMENTS`, each causes a deprecation warning.
            **others: some by their names; None means not given, here and in the other two.

        Raises:
            ValueError: if a value cannot work.
            TypeError: if there is no such setting or argument.
        """
        self._whole = isinstance(settings, FeedbackSettings)
        some = settings if isinstance(settings, Mapping) else {}
        _check_names(some)
        self._given = {
            name: value
            for given in (some, _renamed(old_arguments), others)
            for name, value in given.items()
            if value is not None
        }
        begin = settings if isinstance(settings, FeedbackSettings) else FeedbackSettings()
        self.settings = replace(begin, **self._given)

    def in_environment(self, env_id: str, *, person: bool) -> FeedbackSettings:
        """Return the settings, filled up with those that were measured in the environment.

        Args:
            env_id: id of the environment.
            person: whether a person answers.
        """
        return self.settings if self._whole else feedback_of(env_id, self._given, person=person)


def own_reward_model(given: RewardModel | RewardModelSettings | None) -> RewardModel | None:
    """Return the reward model that a user gave; None: settings, or nothing.

    Raises:
        ValueError: if it cannot predict rewards.
    """
    if given is None or isinstance(given, RewardModelSettings):
        return None
    if isinstance(given, type) or not callable(getattr(given, "predict", None)):
        raise ValueError(
            f"reward_model must be RewardModelSettings(...) or a RewardModel, but is {given!r}"
        )
    return given


def _check_names(settings: Mapping[str, Any]) -> None:
    """Refuse names that no field of `FeedbackSettings` has.

    Raises:
        TypeError: there is one; the message suggests similar names.
    """
    known = [each.name for each in fields(FeedbackSettings)]
    for name in settings:
        if name not in known:
            raise TypeError(
                f"there is no setting {name!r} of feedback{near(str(name), known)}; there are "
                f"{', '.join(known)}"
            )


def _renamed(old_arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that old arguments mean, and warn of each."""
    for name in old_arguments:
        if name not in OLD_ARGUMENTS:
            raise TypeError(
                f"HumanFeedback has no argument {name!r}{near(name, OLD_ARGUMENTS)}; pass "
                "feedback settings as settings=FeedbackSettings(...)"
            )
        new = OLD_ARGUMENTS[name]
        warnings.warn(
            f"HumanFeedback({name}=...) will be removed in version 0.3.0: use "
            f"settings=FeedbackSettings({new}=...), or settings={{{new!r}: ...}}, which leaves all "
            "else as was measured in the environment",
            DeprecationWarning,
            stacklevel=4,
        )
    return {OLD_ARGUMENTS[name]: value for name, value in old_arguments.items()}
