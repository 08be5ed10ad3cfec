"""Derive options of the command line from a dataclass of settings."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict, get_type_hints

import tyro

from rlhf_gym.runs.docstrings import field_docstrings

__all__ = ["options_of"]


def options_of(kind: type) -> Any:
    """Return the fields of a dataclass as options for tyro, which makes a dict of those given.

    The options have no defaults, which would hide that the preset's values apply.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> tyro.cli(options_of(RewardModelSettings), args=["--members", "5", "--actions", "False"])
    {'members': 5, 'actions': False}
    """
    help_texts = field_docstrings(kind)
    options = {
        name: Annotated[
            hint,
            tyro.conf.FlagConversionOff,
            tyro.conf.arg(help=help_texts[name], help_behavior_hint="(default: the preset's)"),
        ]
        for name, hint in get_type_hints(kind).items()
    }
    return TypedDict(kind.__name__, options, total=False)  # type: ignore[operator]
