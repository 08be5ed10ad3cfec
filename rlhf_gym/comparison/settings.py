"""Settings of several runs: nested tables made flat, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["differing", "flat"]


def differing(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names whose values are not the same in all tables.

    >>> differing([{"steps": 1, "seed": 1}, {"steps": 1, "seed": 2}, {"steps": 1}])
    ['seed']
    """
    names = {name: None for table in tables for name in table}
    missing = object()
    return [
        name
        for name in names
        if any(table.get(name, missing) != tables[0].get(name, missing) for table in tables)
    ]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as one with dotted names.

    >>> flat({"steps": 100, "agent": {"gamma": 0.9}})
    {'steps': '100', 'agent.gamma': '0.9'}
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = (
                value if isinstance(value, str) else json.dumps(value, default=str)
            )
    return found
