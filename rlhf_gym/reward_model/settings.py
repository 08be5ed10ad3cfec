"""Settings of the reward model."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias, TypeVar

from rlhf_gym.basics.checks import Limits, Positive, check_fields

__all__ = ["ADAPTIVE_FIT", "RewardModelSettings", "with_new_names"]

T = TypeVar("T")
_Width: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**5)]
_Updates: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**7)]

RENAMED = MappingProxyType({"changes": "uses_next_observations", "anew": "refit_from_scratch"})
"""Names that settings had in version 0.1.0, and their names now."""


def with_new_names(table: Mapping[str, T]) -> dict[str, T]:
    """Return settings of the reward model, as files of version 0.1.0 name them, by new names.

    >>> with_new_names({"members": 3, "anew": True})
    {'members': 3, 'refit_from_scratch': True}
    """
    return {RENAMED.get(name, name): value for name, value in table.items()}


def _accept_old_names(kind: type[T]) -> type[T]:
    """Let a class take the old names of its arguments, with a warning."""
    takes_new_names: Any = kind.__init__

    @functools.wraps(takes_new_names)
    def init(self: T, *args: Any, **settings: Any) -> None:
        for old in RENAMED.keys() & settings.keys():
            warnings.warn(
                f"{old}=... of {kind.__name__} will be removed in version 0.3.0: it is "
                f"{RENAMED[old]}=... now",
                DeprecationWarning,
                stacklevel=2,
            )
        takes_new_names(self, *args, **with_new_names(settings))

    setattr(kind, "__init__", init)  # noqa: B010  mypy takes no assignment
    return kind


@_accept_old_names
@dataclass(frozen=True)
class RewardModelSettings:
    """Settings of the reward model and of its fit."""

    RENAMED = RENAMED

    members: Annotated[int, Limits(at_least=1, at_most=1000)] | None = None
    """Networks in the ensemble; by default 7, and 3 with images."""
    hidden: tuple[_Width, ...] = (32, 32)
    """Widths of the hidden layers of each network."""
    filters: _Width = 16
    """Filters of each convolution (images only); fewer are faster on a CPU."""
    batch_norm: bool = False
    """Whether each convolution's outputs are normalised over the batch (images only)."""
    dropout: Annotated[float, Limits(at_least=0, below=1)] = 0.0
    """Share of each convolution's outputs that is left out in a gradient step (images only)."""
    learning_rate: Positive = 3e-3
    """Learning rate of Adam."""
    batch_size: _Updates = 16
    """Labelled queries in a gradient step."""
    steps_per_clip: _Updates | None = None
    """Steps of a clip, at most, in a gradient step: of a longer clip, one of each part counts for
    all of that. By default 24, and all steps if the fit is adaptive."""
    updates: _Updates | None = None
    """Largest number of gradient steps in one fit; by default 200, and 50 with images."""
    updates_per_label: _Updates | None = None
    """Largest number of gradient steps for each new label: a reward that moves too fast misleads
    agents. By default 20, and 10 with images."""
    weight_decay: Annotated[float, Limits(at_least=0, at_most=1e30)] | None = None
    """The L2 regularisation, or where it starts if it is adaptive; by default 1, and 0.001 with
    images. Where it is weak, a few hundred answers that err are learned by heart."""
    adaptive: bool | None = None
    """Whether a fit ends when the held-out loss rises, and the L2 regularisation follows the ratio
    of held-out and training loss (Christiano et al. 2017); by default only with images. With many
    labels that stops too soon."""
    refit_from_scratch: bool = False
    """Whether each fit begins with new networks. Networks that were fitted to the first labels for
    long learn less from later ones (Nikishin et al. 2022); but with few labels the reward then
    changes so much that it misleads agents."""
    uses_next_observations: bool | None = None
    """Whether the networks also see what a step led to: how it changed the observation (not with
    images), and whether it ended the episode. A reward for progress, for luck, or for a good end is
    then learned from far fewer labels. By default where an observation is the number of a state."""
    actions: bool = True
    """Whether the networks see the action. Without it (Ibarz et al. 2018, for Atari) they judge
    observations alone, and do not reward an action that only happened to occur in good steps."""
    clip_inputs: Annotated[float, Limits(above=0)] = math.inf
    """Number of deviations from its mean at which an input is clipped, so that rare inputs do not
    take the networks far from everything that was labelled."""

    def __post_init__(self) -> None:
        """Refuse settings with which no fit could work."""
        check_fields(self)


ADAPTIVE_FIT = RewardModelSettings(
    members=3,
    updates=50,
    updates_per_label=10,
    weight_decay=1e-3,
    adaptive=True,
    uses_next_observations=False,
)
"""The fit of Christiano et al. (2017): of images, and of presets that were measured with it.

It takes a quarter of the time, and is nearly as good where somebody has chosen how to ask: with 100
answers of a person CartPole-v1 ends below 450 on 2 of 20 seeds (427, 367), and with the default fit
of vectors on 1 (376).
"""
