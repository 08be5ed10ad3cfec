"""Environments: made by their id, described, and checked.

An id comes in, or a function that makes an environment; what goes out are environments whose
episodes all have the same length, and an `EnvironmentDescription`, the contract of ``metadata``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rlhf_gym.environments.registry import describe_id, spec_of
from rlhf_gym.envs.description import EnvironmentDescription

if TYPE_CHECKING:
    from rlhf_gym.environments.contract import check_environment
    from rlhf_gym.environments.lookup import describe
    from rlhf_gym.environments.make import make_env, make_vec_env

__all__ = [
    "EnvironmentDescription",
    "check_environment",
    "describe",
    "describe_id",
    "make_env",
    "make_vec_env",
    "spec_of",
]

_LATE = {
    "check_environment": "contract",
    "describe": "lookup",
    "make_env": "make",
    "make_vec_env": "make",
}


def __getattr__(name: str) -> Any:
    """Load a name that needs stable-baselines3 when it is first used."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
