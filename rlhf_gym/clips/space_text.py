"""Spaces as text, and back: what a store holds of an environment's spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from gymnasium import spaces

__all__ = ["space_of_text"]


def space_of_text(text: str) -> spaces.Space[Any]:
    """Return a space of the shape, the type and the choices of one that was written as text.

    Bounds are not read. No code is run, as Gymnasium would to make the environment again.

    Args:
        text: ``str(space)`` of a space that `check_spaces` takes.

    Raises:
        ValueError: it is the text of no such space.

    >>> space_of_text("Dict('at': Box(-1.0, 1.0, (2, 3), float32), 'of': Discrete(4, start=1))")
    Dict('at': Box(-inf, inf, (2, 3), float32), 'of': Discrete(4, start=1))
    """
    kind, _, inner = text.strip().removesuffix(")").partition("(")
    numbers = [int(number) for number in re.findall(r"-?\d+", inner)]
    try:
        match kind:
            case "Box":
                shape, dtype = re.findall(r"\(([\d, ]*)\), (\w+)$", inner)[0]
                return _box(tuple(map(int, re.findall(r"\d+", shape))), np.dtype(dtype))
            case "Discrete":
                return spaces.Discrete(numbers[0], start=numbers[1] if numbers[1:] else 0)
            case "MultiDiscrete":
                sizes, _, starts = inner.partition("start=")
                first = [int(number) for number in re.findall(r"-?\d+", starts)] or None
                return spaces.MultiDiscrete(
                    [int(n) for n in re.findall(r"\d+", sizes)], start=first
                )
            case "MultiBinary":
                return spaces.MultiBinary(numbers if inner.startswith(("(", "[")) else numbers[0])
            case "Dict":
                return spaces.Dict({key: space_of_text(part) for key, part in _parts(inner)})
    except (IndexError, TypeError, AssertionError) as error:
        raise ValueError(f"{text!r} is no space that can be read: {error}") from error
    raise ValueError(f"{text!r} is no space that can be read")


def _box(shape: tuple[int, ...], dtype: np.dtype[Any]) -> spaces.Box:
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return spaces.Box(limits.min, limits.max, shape, dtype.type)
    return spaces.Box(-np.inf, np.inf, shape, dtype.type)


def _parts(inner: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and the texts of the parts of a Dict space."""
    starts = list(re.finditer(r"""('[^']*'|"[^"]*"): (?=Box|Discrete|Multi)""", inner))
    ends = [*(each.start() for each in starts[1:]), len(inner)]
    for start, end in zip(starts, ends, strict=True):
        yield start.group(1)[1:-1], inner[start.end() : end].rstrip(", ")
