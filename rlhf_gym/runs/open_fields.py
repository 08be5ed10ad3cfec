"""Derive a dataclass in which each setting of another may be left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, make_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import tyro

from rlhf_gym.runs.docstrings import field_docstrings

__all__ = ["open_fields"]


def open_fields(kind: type) -> type:
    """Return a dataclass with the fields of another, keyword only and None by default.

    On the command line they are options whose help is the docstring of the original field, except
    for fields that are dataclasses themselves. Functions, which cannot be written in TOML, are
    removed from the types.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> open_fields(RewardModelSettings)(members=5).updates is None
    True
    """
    hints, help_texts = get_type_hints(kind), field_docstrings(kind)
    return make_dataclass(
        f"Open{kind.__name__}",
        [
            (
                each.name,
                _option(hints[each.name], help_texts.get(each.name, "")),
                field(default=None),
            )
            for each in fields(kind)
        ],
        kw_only=True,
        frozen=True,
    )


def _option(hint: Any, help_text: str) -> Any:
    """Return the annotation of a field that may be left open."""
    optional: Any = _written(hint) | None
    if is_dataclass(hint):
        return Annotated[optional, tyro.conf.Suppress]
    default = tyro.conf.arg(help=help_text, help_behavior_hint="(default: the preset's)")
    return Annotated[optional, default]


def _written(hint: Any) -> Any:
    """Return a type without the functions among its alternatives."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    parts = tuple(part for part in get_args(hint) if get_origin(part) is not Callable)
    return Union[parts]  # noqa: UP007  made at run time
