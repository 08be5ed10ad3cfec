"""Outcome: what came of a training, which the trainer writes and the window shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from rlhf_gym.basics.checks import check_fields
from rlhf_gym.basics.durable import write_text

__all__ = ["Change", "Outcome", "Stage", "read_outcome"]

Stage = Literal["filming", "evaluating", "done"]
"""What the trainer does after training."""
Change = Literal["better", "worse", "same", "unknown", "untrained"]
"""How the agent's true return changed: beyond chance, or not; or why it cannot be said."""


@dataclass(frozen=True)
class Outcome:
    """What came of a training, as far as it is known.

    Attributes:
        stage: what the trainer does for it now.
        episodes: how many are evaluated, of how many, in this stage.
        change: how the agent's true return changed.
        verdict: the same in one sentence, as in the report.
        before: mean true return of the untrained agent, None where it cannot be compared.
        after: mean true return of the trained agent, None where it was not measured.
        way: how both were measured.
        no_film: why there is no film of the trained agent, empty where there is one.
        own_goal: whether the person had a goal of their own, which the true return knows nothing
            of.

    Raises:
        ValueError: a field has another type.
    """

    stage: Stage = "done"
    episodes: tuple[int, int] = (0, 0)
    change: Change = "unknown"
    verdict: str = ""
    before: float | None = None
    after: float | None = None
    way: str = ""
    no_film: str = ""
    own_goal: bool = False

    def __post_init__(self) -> None:
        """Check the types, since a file may hold anything."""
        check_fields(self)

    def write(self, path: Path) -> None:
        """Write the outcome as JSON, for `read_outcome`."""
        write_text(path, json.dumps(asdict(self)))


def read_outcome(path: Path) -> Outcome | None:
    """Read what `Outcome.write` wrote; None where there is none, or it cannot be read."""
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, Mapping):
            return None
        known = {each.name: values[each.name] for each in fields(Outcome) if each.name in values}
        if "episodes" in known:
            known["episodes"] = tuple(known["episodes"])
        return Outcome(**known)
    except (OSError, ValueError, TypeError):
        return None
