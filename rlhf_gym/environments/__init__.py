"""Environments: made by their id, described, and checked.

Takes an id, or a function that makes an environment, and returns environments whose episodes do not
end where the agent fails (see `FixedHorizon`), and an `EnvironmentDescription`, which documents the
keys of ``metadata``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

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

__getattr__, *_ = attach(
    __name__,
    submod_attrs={
        "contract": ["check_environment"],
        "lookup": ["describe"],
        "make": ["make_env", "make_vec_env"],
    },
)
