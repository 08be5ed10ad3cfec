"""Agents: algorithms of stable-baselines3 by name, A3C, and how each gets a learned reward.

Takes a name and settings and returns the class and its arguments. `rlhf_gym.agents.attach` takes an
agent and a reward model, and lets that kind of agent learn from the newest learned reward: through
the wrapper, from a relabelled replay buffer, or in A3C's workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

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

__getattr__, *_ = attach(
    __name__,
    submod_attrs={
        "a3c.agent": ["A3C"],
        "relabelling": ["relabel"],
    },
)
