"""Words and numbers as people write them, for messages, tables and reports."""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Iterable
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "NOTHING",
    "assigned",
    "capitalised",
    "counted",
    "duration",
    "listed",
    "near",
    "number",
    "span",
    "with_minus",
]

NOTHING = "\N{EN DASH}"
"""Written where a number is not known."""


def assigned(assignments: Iterable[str], example: str) -> dict[str, Any]:
    """Return values by name from ``key=value``; a value is TOML, or a bare word.

    Raises:
        ValueError: if one has no ``=``; the message shows the example.

    >>> assigned(["gravity=1.62", "wind=true", "map_name=8x8"], "gravity=1.62")
    {'gravity': 1.62, 'wind': True, 'map_name': '8x8'}
    """
    found: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = (part.strip() for part in assignment.partition("="))
        if not (equals and key and value):
            raise ValueError(f"expected key=value, such as {example}, but got {assignment!r}")
        try:
            found[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key] = value
    return found


def near(name: str, known: Iterable[str], *, alike: float = 0.5) -> str:
    """Ask in brackets whether a similar name was meant; empty where none is similar.

    Args:
        name: what was given.
        known: the names that there are.
        alike: how similar a name must be, from 0 to 1.

    >>> near("step", ["steps", "wait"])
    ' (did you mean steps?)'
    """
    nearest = difflib.get_close_matches(name, list(known), n=3, cutoff=alike)
    return f" (did you mean {' or '.join(nearest)}?)" if nearest else ""


def number(value: float) -> str:
    """Write a number with about three digits.

    >>> number(1234.6), number(12.345), number(-0.1234), number(math.nan)
    ('1,235', '12.3', '−0.123', '–')
    """
    if math.isnan(value):
        return NOTHING
    if abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return with_minus(text)


def capitalised(text: str) -> str:
    """Return a text with a capital at its beginning; the rest stays as it is.

    >>> capitalised("get to the EXIT")
    'Get to the EXIT'
    """
    return text[:1].upper() + text[1:]


def with_minus(text: str) -> str:
    """Write a number that a format has made with a minus sign in place of the hyphen.

    >>> with_minus(f"{-1234.5:,.0f}")
    '−1,234'
    """
    return text.replace("-", "\N{MINUS SIGN}")


def counted(counts: int | Iterable[int], noun: str) -> str:
    """Write a count, or the range of several counts, with its noun.

    >>> counted(1, "label"), counted(2500, "label"), counted([50, 200], "label")
    ('1 label', '2,500 labels', '50 to 200 labels')
    """
    given = [counts] if isinstance(counts, int) else list(counts)
    return f"{span(given)} {noun}{'' if max(given) == 1 else 's'}"


def span(counts: Iterable[int]) -> str:
    """Write the range of some counts, or the one that they all are.

    >>> span([50, 1200, 50]), span([50])
    ('50 to 1,200', '50')
    """
    few, *more = sorted(set(counts))
    return f"{few:,} to {more[-1]:,}" if more else f"{few:,}"


def duration(seconds: float) -> str:
    """Write a time.

    >>> duration(48.2), duration(400), duration(8000), duration(math.nan)
    ('48 s', '6.7 min', '2.2 h', '–')
    """
    if math.isnan(seconds):
        return NOTHING
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def listed(names: Iterable[str], at_most: int | None = None) -> str:
    """Write names as part of a sentence; those with commas are separated by semicolons.

    >>> listed(["a", "b", "c"]), listed(["a, 1", "b", "c"], at_most=2)
    ('a, b and c', 'a, 1; b and 1 more')
    """
    given = list(names)
    if at_most is not None and len(given) > at_most:
        given = [*given[:at_most], f"{len(given) - at_most} more"]
    comma = "; " if any("," in name for name in given) else ", "
    return given[0] if len(given) == 1 else f"{comma.join(given[:-1])} and {given[-1]}"
