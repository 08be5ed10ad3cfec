"""What settings of the reward model are where they were left open, as suits the observations."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from gymnasium import spaces

from rlhf_gym.clips.spaces import is_image
from rlhf_gym.reward_model.settings import ADAPTIVE_FIT, RewardModelSettings

__all__ = ["FilledIn", "filled_in"]

ALL = 10**6
"""More steps than a clip has."""


@dataclass(frozen=True)
class FilledIn(RewardModelSettings):
    """Settings of which none is left open; by default as suits vectors and a few hundred answers.

    Where the weight decay is small, a few hundred answers that err are learned by heart:
    ``tests/measurements/weight_decay.py`` shows what that costs.
    """

    members: int = 7
    updates: int = 200
    updates_per_label: int = 20
    weight_decay: float = 1.0
    adaptive: bool = False
    uses_next_observations: bool = False
    steps_per_clip: int = 24


def filled_in(settings: RewardModelSettings, space: spaces.Space[Any]) -> FilledIn:
    """Return the settings with those filled in that were left open.

    Args:
        settings: some of them may be None.
        space: of the observations.

    >>> filled = filled_in(RewardModelSettings(updates=10), spaces.Discrete(5))
    >>> filled.members, filled.updates, filled.uses_next_observations
    (7, 10, True)
    """
    parts = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
    # with images a gradient step takes a hundred times as long
    suited = ADAPTIVE_FIT if any(map(is_image, parts)) else FilledIn()
    adaptive = suited.adaptive if settings.adaptive is None else settings.adaptive
    suited = replace(
        suited,
        uses_next_observations=isinstance(space, spaces.Discrete),
        steps_per_clip=ALL if adaptive else FilledIn.steps_per_clip,
    )
    given = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return FilledIn(
        **{name: getattr(suited, name) if value is None else value for name, value in given.items()}
    )
