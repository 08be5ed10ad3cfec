"""Check tables that a person wrote against the dataclass that is to be made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from rlhf_gym.basics.checks import check
from rlhf_gym.basics.words import near

__all__ = ["check_names", "check_table", "dataclass_in"]


def check_table(kind: type, table: Mapping[str, Any], prefix: str = "") -> None:
    """Refuse a table whose names or values do not suit the fields of a dataclass.

    Args:
        kind: the dataclass.
        table: the table.
        prefix: put before each name in messages.

    Raises:
        ValueError: if one does not; the message says which, and what was expected.
    """
    hints = get_type_hints(kind, include_extras=True)
    check_names(table, hints, prefix)
    for name, value in table.items():
        within = dataclass_in(hints[name])
        if within and isinstance(value, Mapping):
            check_table(within, value, f"{prefix}{name}.")
        else:
            check(prefix + name, dict if within else hints[name], value)


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


def dataclass_in(hint: Any) -> type | None:
    """Return the dataclass in a type annotation such as ``Fit | None``, or None."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    return next(filter(None, map(dataclass_in, get_args(hint))), None)
