"""Which settings the result of a run depends on, by what its agent learned from."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["heeded"]

_UNTAUGHT = frozenset({"random", "true", "bc", "gail", "airl"})
"""Arms in which nobody answers."""
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


def heeded(arm: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Of settings with dotted names, those on which the result of an arm depends.

    >>> settings = {"seed": "1", "steps": "100", "reward_model.members": "3"}
    >>> heeded("true", settings), heeded("random", settings)
    ({'seed': '1', 'steps': '100'}, {'seed': '1'})
    """
    if arm not in _UNTAUGHT:
        return dict(settings)
    wanted = EVALUATION if arm == "random" else {name.split(".")[0] for name in settings}
    wanted = wanted - LABELLING
    return {name: value for name, value in settings.items() if name.split(".")[0] in wanted}
