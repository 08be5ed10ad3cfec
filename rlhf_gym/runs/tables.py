"""Check tables that a person wrote against the dataclass that is to be made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from rlhf_gym.runs.config import dataclass_in
from rlhf_gym.words import near

__all__ = ["check_names", "check_table"]

_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    dict: "a table",
}


def check_table(kind: type, table: Mapping[str, Any], prefix: str = "") -> None:
    """Refuse a table whose names or types do not match the fields of a dataclass.

    Args:
        kind: the dataclass.
        table: the table.
        prefix: put before each name in messages.

    Raises:
        ValueError: if one does not match; the message says which, and what was expected.
    """
    hints = get_type_hints(kind)
    check_names(table, hints, prefix)
    for name, value in table.items():
        hint = hints[name]
        if isinstance(value, Mapping) and (within := dataclass_in(hint)):
            check_table(within, value, f"{prefix}{name}.")
        elif not _suits(hint, value):
            raise ValueError(f"{prefix}{name} must be {_wanted(hint)}, but is {value!r}")


def check_names(table: Iterable[str], known: Iterable[str], prefix: str = "") -> None:
    """Refuse names that are not known.

    Raises:
        ValueError: if one is not known; the message suggests similar names.
    """
    known = list(known)
    for name in table:
        if name not in known:
            raise ValueError(
                f"unknown key {prefix + name!r}{near(name, known)}; known are {', '.join(known)}"
            )


def _suits(hint: Any, value: Any) -> bool:
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin in (Union, UnionType):
        return any(_suits(part, value) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is tuple:
        return isinstance(value, (list, tuple)) and all(_suits(parts[0], item) for item in value)
    return type(value) is origin or (origin is float and type(value) is int)


def _wanted(hint: Any) -> str:
    """Describe the values that a type annotation allows."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(_wanted(part) for part in parts if part is not NoneType)
    if origin is Literal:
        return f"one of {', '.join(parts)}"
    if origin is tuple:
        return f"a list, such as [{'5, 10' if parts[0] is int else 'one, two'}]"
    return _WORDS.get(origin, "a table")
