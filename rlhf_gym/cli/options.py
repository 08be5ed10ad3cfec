"""Options of the command line that are made from a dataclass of settings."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict, get_type_hints

import tyro

from rlhf_gym.runs.docstrings import field_docstrings

__all__ = ["options_of"]


def options_of(kind: type) -> Any:
    """The fields of a dataclass as options, for tyro; a dict of those that were given comes out.

    A default of its own would hide that an option was not given, and that the preset's value holds.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> tyro.cli(options_of(RewardModelSettings), args=["--members", "5", "--actions", "False"])
    {'members': 5, 'actions': False}
    """
    told = field_docstrings(kind)
    options = {
        name: Annotated[
            hint,
            tyro.conf.FlagConversionOff,
            tyro.conf.arg(help=told[name], help_behavior_hint="(default: the preset's)"),
        ]
        for name, hint in get_type_hints(kind).items()
    }
    return TypedDict(kind.__name__, options, total=False)  # type: ignore[operator]
