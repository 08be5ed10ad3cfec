"""Algorithms of stable-baselines3's kind: by name, A3C, and rewards recomputed when sampled."""

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.names import ALGORITHMS, algorithm, check_fits, fits, policy_for, refusal
from rlhf_gym.agents.relabelling import relabel
from rlhf_gym.agents.settings import agent_arguments, agent_settings, check_agent_settings

__all__ = [
    "A3C",
    "ALGORITHMS",
    "agent_arguments",
    "agent_settings",
    "algorithm",
    "check_agent_settings",
    "check_fits",
    "fits",
    "policy_for",
    "refusal",
    "relabel",
]
