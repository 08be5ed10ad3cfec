"""Settings of an agent, read from ``key=value`` and checked against its algorithm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rlhf_gym.agents.limits import LINEAR, check_limits, linear_from
from rlhf_gym.agents.names import ALGORITHMS
from rlhf_gym.agents.signatures import parameters_of
from rlhf_gym.basics.words import assigned, near

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.utils import LinearSchedule

__all__ = [
    "LINEAR",
    "NORMALISED",
    "SCALED",
    "SUITED",
    "agent_arguments",
    "agent_settings",
    "check_agent_settings",
]

NORMALISED = {"features_extractor_class": "rlhf_gym.agents.features:NormalisedObservations"}
"""Keyword arguments of a policy that sees observations with mean 0 and deviation 1."""
SUITED = {"features_extractor_class": "rlhf_gym.agents.features:suited_features"}
"""Keyword arguments of a policy that normalises observations where they are numbers."""
SCALED = {"features_extractor_class": "rlhf_gym.agents.features:ScaledObservations"}
"""Keyword arguments of a policy that sees observations scaled by their bounds."""

GIVEN_ELSEWHERE = {
    "self": "it is not a setting",
    "policy": "it follows from the observations",
    "env": "it is the environment that is trained on",
    "seed": "there is --seed",
    "device": "there is --device",
    "verbose": "there is --no-progress",
    "_init_setup_model": "the agent is always set up",
}
"""Arguments of an agent that no setting can change, and why."""
IMPORTED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""Form of a value that is imported: ``module:Name``."""


def agent_settings(assignments: Iterable[str]) -> dict[str, Any]:
    """Return settings by name from ``key=value``; a value is TOML, or a bare word.

    Raises:
        ValueError: if one has no ``=``.

    >>> agent_settings(["n_steps=128", "learning_rate=lin_1e-3", "policy_kwargs={net_arch=[64]}"])
    {'n_steps': 128, 'learning_rate': 'lin_1e-3', 'policy_kwargs': {'net_arch': [64]}}
    """
    return assigned(assignments, "n_steps=128")


def check_agent_settings(algorithm: str | type[BaseAlgorithm], settings: Mapping[str, Any]) -> None:
    """Refuse settings that the algorithm does not have, and values that it cannot have.

    Args:
        algorithm: its class, or its name, which imports none that has a name here.
        settings: settings by SB3's names.

    Raises:
        ValueError: if it has none of that name, or if the value is not a number, or not a table,
            as the algorithm's own value is, or is beyond its limits. The message names those that
            are spelled alike.
    """
    known = {
        name: default
        for name, default in parameters_of(algorithm).items()
        if name not in (*GIVEN_ELSEWHERE, "kwargs")
    }
    for name, value in settings.items():
        if name in GIVEN_ELSEWHERE:
            raise ValueError(f"{name} of the agent cannot be set: {GIVEN_ELSEWHERE[name]}")
        if name not in known:
            raise ValueError(
                f"{_class_name(algorithm)} has no setting {name!r}{near(name, known)}; it has "
                f"{', '.join(known)}"
            )
        _check_kind(name, value, known[name])
    check_limits(settings)


def agent_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as arguments of the algorithm.

    ``lin_1e-3`` falls from 1e-3 to 0, and ``module:Name`` is imported.

    Raises:
        ValueError: if no number follows ``lin_``, or a name cannot be imported.

    >>> agent_arguments({"policy_kwargs": {"activation_fn": "torch.nn:ReLU"}})
    {'policy_kwargs': {'activation_fn': <class 'torch.nn.modules.activation.ReLU'>}}
    """
    return {name: _argument(name, value) for name, value in settings.items()}


def _class_name(algorithm: str | type[BaseAlgorithm]) -> str:
    if isinstance(algorithm, str):
        return ALGORITHMS.get(algorithm.lower(), algorithm).rpartition(":")[2]
    return algorithm.__name__


def _check_kind(name: str, value: Any, default: Any) -> None:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ValueError(f"{name} of the agent must be true or false, but is {value!r}")
    elif isinstance(default, int | float):
        if isinstance(value, bool) or (isinstance(value, str) and not _is_special(name, value)):
            raise ValueError(
                f"{name} of the agent must be a number, such as {default}, but is {value!r}"
            )
    elif name.endswith("_kwargs") and not isinstance(value, Mapping):
        raise ValueError(
            f"{name} of the agent must be a table, such as {name}={{net_arch=[64, 64]}}, but is "
            f"{value!r}"
        )


def _argument(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return agent_arguments(value)
    if isinstance(value, str) and value.startswith(LINEAR):
        return _linear(name, value)
    if isinstance(value, str) and IMPORTED.fullmatch(value):
        return _imported(name, value)
    return value


def _is_special(name: str, value: str) -> bool:
    """Whether a text stands for a schedule, or for something to import."""
    if value.startswith(LINEAR):
        linear_from(name, value)
        return True
    return IMPORTED.fullmatch(value) is not None


def _linear(name: str, value: str) -> LinearSchedule:
    from stable_baselines3.common.utils import LinearSchedule

    return LinearSchedule(linear_from(name, value), 0.0, 1.0)


def _imported(name: str, value: str) -> Any:
    module, _, attribute = value.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{name}={value!r} cannot be imported: {error}") from error
