"""Reward functions of version 0.1.0, ``(observations, actions, after)``; removed in 0.3.0."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import RewardFunction, Transitions

__all__ = ["After", "accept_old_form", "from_old_form"]


@dataclass(frozen=True)
class After:
    """The consequences of steps, as reward functions of version 0.1.0 see them.

    Attributes:
        observations: ``(n, *obs)``, seen after each step.
        ended: ``(n,)`` bool, whether a step ended its episode, other than by a time limit.
    """

    observations: Observations
    ended: npt.NDArray[np.bool_]


def accept_old_form(function: Callable[..., Any]) -> RewardFunction:
    """Return a function of `Transitions`: the given one, or one that calls it with three arguments.

    Warns:
        DeprecationWarning: it takes ``(observations, actions, after)``.
    """
    if _arguments(function) < 2:
        return function
    warnings.warn(
        f"the reward function {getattr(function, '__name__', function)} takes (observations, "
        "actions, after), which version 0.3.0 will not call; let it take one argument, "
        "transitions, with observations, actions, terminated, absorbing and next_observations",
        DeprecationWarning,
        stacklevel=3,
    )

    def of_transitions(transitions: Transitions) -> npt.NDArray[np.float32]:
        seen = transitions.next_observations
        after = None if seen is None else After(seen, transitions.terminated)
        rewards: npt.NDArray[np.float32] = function(
            transitions.observations, transitions.actions, after
        )
        return rewards

    return of_transitions


def from_old_form(
    observations: Observations, actions: Array, after: After | None = None, over: Any = None
) -> Transitions:
    """Return the steps that ``predict(observations, actions, after, over=...)`` was given.

    Warns:
        DeprecationWarning: always.
    """
    warnings.warn(
        "predict(observations, actions, after) will be removed in version 0.3.0: give it "
        "Transitions, such as Transitions.within_episodes(observations, actions)",
        DeprecationWarning,
        stacklevel=3,
    )
    seen = None if after is None else after.observations
    nowhere = np.zeros(len(actions), bool)
    terminated = nowhere if after is None else after.ended
    return Transitions(observations, actions, terminated, nowhere if over is None else over, seen)


def _arguments(function: Callable[..., Any]) -> int:
    """Return how many positional arguments a function needs, or 1 if that cannot be found out."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of some functions in C
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(it.kind in positional and it.default is inspect.Parameter.empty for it in parameters)
