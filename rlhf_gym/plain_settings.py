"""Dataclasses of settings as the plain tables that TOML holds, and back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

__all__ = ["as_table", "from_table"]

Settings = TypeVar("Settings")


def as_table(settings: Any) -> dict[str, Any]:
    """The fields of a dataclass as plain data; those that are None are left out (TOML has none).

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Fit:
    ...     hidden: tuple[int, ...] = (64, 64)
    ...     device: str | None = None
    >>> as_table(Fit())
    {'hidden': [64, 64]}
    """
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def from_table(kind: type[Settings], table: dict[str, Any]) -> Settings:
    """A dataclass from the table that `as_table` made of it; fields left out keep their defaults.

    Raises:
        ValueError: the table has a key that is no field.
        TypeError: a field without default is missing.
    """
    hints = get_type_hints(kind)
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise ValueError(f"unknown setting {', '.join(unknown)}")
    return kind(**{name: _typed(hints[name], value) for name, value in table.items()})


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return as_table(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _typed(hint: Any, value: Any) -> Any:
    """``value`` as the type annotation ``hint`` wants it."""
    kinds = [hint, *get_args(hint)]
    if isinstance(value, dict):
        for kind in kinds:
            if is_dataclass(kind) and isinstance(kind, type):
                return from_table(kind, value)
    if isinstance(value, list) and any((get_origin(kind) or kind) is tuple for kind in kinds):
        return tuple(value)
    if isinstance(value, str):
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, (Enum, Path)):
                return kind(value)
    return value
