"""Arms: what the agents of a benchmark learn from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

__all__ = ["ARMS", "DEMONSTRATED", "INSTALL_IMITATION", "TEACHERS", "Arm", "heeded"]

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

EVALUATION = frozenset({"env_id", "seed", "evaluation_episodes"})
"""All settings that a random policy heeds."""
LABELLING = frozenset(
    {
        "teacher",
        "annotator",
        "goal",
        "tie_breaker",
        "labels",
        "clip_seconds",
        "strategy",
        "schedule",
        "first_share",
        "last_label",
        "wait",
        "beta",
        "gamma",
        "mistake",
        "skip",
        "equal",
        "reward_model",
    }
)
"""Settings that are heeded only where somebody answers."""

INSTALL_IMITATION = f"pip install --no-deps -r {Path(__file__).with_name('imitation.txt')}"
"""What those arms need, without the old versions that imitation's metadata pins."""


def heeded(arm: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Of settings with dotted names, those on which the result of an arm depends.

    >>> settings = {"seed": "1", "steps": "100", "reward_model.members": "3"}
    >>> heeded("true", settings), heeded("random", settings)
    ({'seed': '1', 'steps': '100'}, {'seed': '1'})
    """
    if arm in TEACHERS or arm == "shuffled":
        return dict(settings)
    wanted = EVALUATION if arm == "random" else {name.split(".")[0] for name in settings}
    wanted = wanted - LABELLING
    return {name: value for name, value in settings.items() if name.split(".")[0] in wanted}
