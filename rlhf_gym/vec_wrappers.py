"""What stands around a vector environment: its wrappers, and the stacks of VecFrameStack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecFrameStack

__all__ = ["stacks_of", "wrappers_of"]


def wrappers_of(venv: VecEnv) -> Iterator[VecEnvWrapper]:
    """The wrappers around a vector environment, outermost first."""
    while isinstance(venv, VecEnvWrapper):
        yield venv
        venv = venv.venv


def stacks_of(wrapper: VecFrameStack) -> list[Any]:
    """The stack of the observations, or the stack of each part of Dict observations."""
    stacked: Any = wrapper.stacked_obs
    return list(getattr(stacked, "sub_stacked_observations", {"": stacked}).values())
