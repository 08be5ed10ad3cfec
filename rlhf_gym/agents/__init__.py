"""Agents: algorithms of stable-baselines3 by name, A3C, and how each gets a learned reward.

A name and settings come in, and the class and its arguments go out; then an agent and a reward
model come in, and the agent learns from the newest learned reward (`rlhf_gym.agents.attach`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rlhf_gym.agents.names import (
    ALGORITHMS,
    algorithm,
    check_algorithm_name,
    check_fits,
    fits,
    is_off_policy,
    policy_for,
    refusal,
)
from rlhf_gym.agents.settings import agent_arguments, agent_settings, check_agent_settings

if TYPE_CHECKING:
    from rlhf_gym.agents.a3c.agent import A3C
    from rlhf_gym.agents.relabelling import relabel

__all__ = [
    "A3C",
    "ALGORITHMS",
    "agent_arguments",
    "agent_settings",
    "algorithm",
    "check_agent_settings",
    "check_algorithm_name",
    "check_fits",
    "fits",
    "is_off_policy",
    "policy_for",
    "refusal",
    "relabel",
]

_LATE = {"A3C": "a3c.agent", "relabel": "relabelling"}


def __getattr__(name: str) -> Any:
    """Load a name that needs torch when it is first used."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
