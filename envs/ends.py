"""Whether the ends of an environment's episodes differ, as a landing and a crash do."""

from __future__ import annotations

__all__ = ["ENDS_DIFFER"]

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
