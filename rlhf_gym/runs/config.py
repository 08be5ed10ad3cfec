"""Convert dataclasses of settings to the plain tables of TOML files, and back."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import tomli_w

from rlhf_gym.basics.checks import check
from rlhf_gym.basics.durable import append_line, write_text
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import SETTINGS, seal, words_of
from rlhf_gym.runs.tables import check_names, dataclass_in
from rlhf_gym.runs.versions import installed_versions

__all__ = [
    "as_table",
    "differing",
    "finite",
    "flat",
    "from_table",
    "read_settings",
    "write_settings",
]

Settings = TypeVar("Settings")


def as_table(settings: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as plain data, without those that are None.

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


def from_table(kind: type[Settings], table: Mapping[str, Any], prefix: str = "") -> Settings:
    """Make a dataclass from the table that `as_table` returned; missing fields keep defaults.

    Args:
        kind: the dataclass.
        table: the table; names that fields had in version 0.1.0 are renamed.
        prefix: put before each name in messages.

    Raises:
        ValueError: if the table has a key that is no field, or a value that does not suit it.
        TypeError: if a field without a default is missing.
    """
    hints, renamed = get_type_hints(kind, include_extras=True), getattr(kind, "RENAMED", {})
    table = {renamed.get(name, name): value for name, value in table.items()}
    check_names(table, hints, prefix)
    values = {name: _typed(hints[name], value, prefix + name) for name, value in table.items()}
    for name, value in values.items():
        check(prefix + name, hints[name], value)
    return kind(**values)


def differing(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names whose values are not the same in all tables.

    >>> differing([{"steps": 1, "seed": 1}, {"steps": 1, "seed": 2}, {"steps": 1}])
    ['seed']
    """
    missing = object()
    return [
        name
        for name in dict.fromkeys(name for table in tables for name in table)
        if any(table.get(name, missing) != tables[0].get(name, missing) for table in tables)
    ]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Flatten nested tables into one with dotted names.

    >>> flat({"steps": 100, "agent": {"gamma": 0.9}})
    {'steps': '100', 'agent.gamma': '0.9'}
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            found[prefix + name] = text
    return found


def write_settings(run: RunFolder, settings: Any) -> None:
    """Write a dataclass of settings, the command and the versions into a run folder."""
    write_text(run.config, tomli_w.dumps(as_table(settings)))
    seal(run.path, SETTINGS, words_of(run.settings_table()))
    append_line(run.command, shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]))
    write_text(run.versions, json.dumps(installed_versions(), indent=2) + "\n")


def read_settings(run: RunFolder, kind: type[Settings]) -> Settings:
    """Read the settings that `write_settings` wrote.

    Args:
        run: the run folder.
        kind: the dataclass of the settings.

    Raises:
        ValueError: if they are missing, or are not settings of that kind.
    """
    table = run.settings_table()
    if not table:
        raise ValueError(
            f"{run.config} is missing: {run.path} was not made by rlhf-gym train. If a script of "
            "yours made it, go on there: HumanFeedback(run=FOLDER, resume=True) and "
            "feedback.restore(PPO, env), see examples/resume_and_evaluate.py"
        )
    try:
        return from_table(kind, table)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{run.config} cannot be used: {error}") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return as_table(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _typed(hint: Any, value: Any, name: str) -> Any:
    """Convert a value from TOML to the type that an annotation asks for."""
    kinds = list(_kinds_in(hint))
    if within := dataclass_in(hint):
        check(name, dict, value)
        return from_table(within, value, f"{name}.")
    if isinstance(value, list) and tuple in kinds:
        return tuple(value)
    if isinstance(value, str):
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, (Enum, Path)):
                return kind(value)
    return value


def _kinds_in(hint: Any) -> Iterator[Any]:
    """Yield the types of which an annotation is put together."""
    yield get_origin(hint) or hint
    for part in get_args(hint):
        yield from _kinds_in(part)


def finite(value: Any) -> Any:
    """Return plain data in which infinite numbers, which JSON lacks, are text.

    >>> finite({"beta": math.inf, "steps": [1, 2.5]})
    {'beta': 'inf', 'steps': [1, 2.5]}
    """
    if isinstance(value, dict):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
