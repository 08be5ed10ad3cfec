"""Derive from a dataclass of settings what leaves each of them open, with its docstring as help."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, make_dataclass
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, TypedDict, Union, get_args, get_origin, get_type_hints

import tyro

__all__ = ["field_docstrings", "open_fields", "options_of"]


def open_fields(kind: type) -> type:
    """Return a dataclass with the fields of another, keyword only and None by default.

    On the command line they are options whose help is the docstring of the original field, except
    for fields that are dataclasses themselves. Functions, which cannot be written in TOML, are
    removed from the types.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> open_fields(RewardModelSettings)(members=5).updates is None
    True
    """
    hints = get_type_hints(kind, include_extras=True)
    help_texts = field_docstrings(kind)
    options = [
        (each.name, _option(hints[each.name], help_texts.get(each.name, "")), field(default=None))
        for each in fields(kind)
    ]
    return make_dataclass(f"Open{kind.__name__}", options, kw_only=True, frozen=True)


def _option(hint: Any, help_text: str) -> Any:
    """Return the annotation of a field that may be left open."""
    optional: Any = _written(hint) | None
    if is_dataclass(hint):
        return Annotated[optional, tyro.conf.Suppress]
    return Annotated[optional, _the_presets(help_text)]


def _the_presets(help_text: str) -> Any:
    return tyro.conf.arg(help=help_text, help_behavior_hint="(default: the preset's)")


def _written(hint: Any) -> Any:
    """Return a type without the functions among its alternatives."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    parts = tuple(part for part in get_args(hint) if get_origin(part) is not Callable)
    return Union[parts]  # noqa: UP007  made at run time


def options_of(kind: type) -> Any:
    """Return the fields of a dataclass as options for tyro, which makes a dict of those given.

    The options have no defaults, which would hide that the preset's values apply.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> tyro.cli(options_of(RewardModelSettings), args=["--members", "5", "--actions", "False"])
    {'members': 5, 'actions': False}
    """
    hints, help_texts = get_type_hints(kind), field_docstrings(kind)
    options = {
        name: Annotated[hint, tyro.conf.FlagConversionOff, _the_presets(help_texts[name])]
        for name, hint in hints.items()
    }
    return TypedDict(kind.__name__, options, total=False)  # type: ignore[operator]


def field_docstrings(kind: type) -> dict[str, str]:
    """Return the docstring of each field of a dataclass that has one, without line breaks.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> field_docstrings(RewardModelSettings)["members"]
    'Networks in the ensemble; by default 7, and 3 with images.'
    """
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if is_dataclass(each):
            found |= _own_docstrings(each)
    return found


def _own_docstrings(kind: type) -> dict[str, str]:
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: " ".join(below.value.value.split())
        for field, below in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
