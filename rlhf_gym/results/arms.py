"""Arms: what the agents of a benchmark learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

__all__ = ["ARMS", "DEMONSTRATED", "INSTALL_IMITATION", "TEACHERS", "Arm"]

Arm: TypeAlias = Literal[
    "random",
    "true",
    "learned",
    "shuffled",
    "mistake",
    "stoc",
    "skip",
    "equal",
    "myopic",
    "bc",
    "gail",
    "airl",
]
ARMS: tuple[Arm, ...] = get_args(Arm)

TEACHERS: dict[Arm, dict[str, Any]] = {
    "learned": {},
    "mistake": {"mistake": 0.1},
    "stoc": {"beta": 1.0},
    "skip": {"skip": 0.1},
    "equal": {"equal": 0.1},
    "myopic": {"gamma": 0.9},
}
"""The teachers of B-Pref (Lee et al. 2021), as settings of a run; ``learned`` is the oracle."""

DEMONSTRATED: tuple[Arm, ...] = ("bc", "gail", "airl")
"""Arms that learn from demonstrations instead of comparisons."""

INSTALL_IMITATION = (
    f"pip install --no-deps -r {Path(__file__).parents[1] / 'benchmark' / 'imitation.txt'}"
)
"""What those arms need, without the old versions that imitation's metadata pins."""
