"""Whether the ends of an environment's episodes differ, as a landing and a crash do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium.envs.registration import EnvSpec

__all__ = ["ENDS_DIFFER", "ends_differ"]

ENDS_DIFFER = frozenset(
    {
        "BipedalWalker",
        "BipedalWalkerHardcore",
        "Blackjack",
        "CarRacing",
        "FrozenLake",
        "FrozenLake8x8",
        "LunarLander",
        "LunarLanderContinuous",
    }
)
"""Gymnasium's environments whose episodes can end well or badly, by name without version."""


def ends_differ(metadata: Mapping[str, Any], spec: EnvSpec | None) -> bool:
    """Whether episodes can end well or badly: ``metadata["ends_differ"]``, or `ENDS_DIFFER`.

    >>> import gymnasium as gym
    >>> ends_differ({}, gym.spec("FrozenLake-v1")), ends_differ({}, gym.spec("CartPole-v1"))
    (True, False)
    """
    known = spec is not None and spec.name in ENDS_DIFFER
    return bool(metadata.get("ends_differ", known))
