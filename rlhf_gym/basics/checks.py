"""Checks of settings and arguments against their annotations, in words that say what is wrong.

An annotation says all that a value must be: its type, and with ``Annotated`` its limits. Settings
call `check_fields` when they are made, functions call `check_arguments` before they do anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from inspect import isclass, signature
from numbers import Integral, Real
from pathlib import Path
from reprlib import Repr
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from rlhf_gym.basics.words import listed, near

__all__ = [
    "Count",
    "Limits",
    "Positive",
    "Seed",
    "Share",
    "Text",
    "bare",
    "check",
    "check_arguments",
    "check_fields",
    "check_takes",
]


@dataclass(frozen=True)
class Limits:
    """Which numbers are allowed; infinity only where no upper limit is given, and never NaN.

    >>> Limits(at_least=1).refusal(0), Limits(above=0, at_most=1).refusal(5)
    ('at least 1', 'at most 1')
    """

    at_least: float = -math.inf
    at_most: float = math.inf
    above: float = -math.inf
    below: float = math.inf

    def refusal(self, value: Any) -> str | None:
        """Say what the number must be if it is not allowed."""
        if self.above > -math.inf and not value > self.above:
            return f"more than {self.above:,}"
        if not value >= self.at_least:
            return f"at least {self.at_least:,}"
        if not value <= self.at_most:
            return "finite" if value == math.inf else f"at most {self.at_most:,}"
        if self.below < math.inf and not value < self.below:
            return f"less than {self.below:,}"
        return None


@dataclass(frozen=True)
class _NotEmpty:
    """A text with something in it."""

    def refusal(self, value: Any) -> str | None:
        """Say what the text must be if it is empty."""
        return None if value.strip() else "a text that is not empty"


Count: TypeAlias = Annotated[int, Limits(at_least=1)]
"""How many there are of something that must be there."""
Share: TypeAlias = Annotated[float, Limits(at_least=0, at_most=1)]
"""A share, or a probability."""
Positive: TypeAlias = Annotated[float, Limits(above=0, at_most=1e30)]
"""A finite number above 0."""
Seed: TypeAlias = Annotated[int, Limits(at_least=0, at_most=2**31 - 1)]
"""What NumPy, PyTorch and Gymnasium all take as a seed, with others after it."""
Text: TypeAlias = Annotated[str, _NotEmpty()]
"""A text with something in it."""

_KINDS: dict[Any, tuple[str, Any]] = {
    bool: ("true or false", bool),
    int: ("a whole number", Integral),
    float: ("a number", Real),
    str: ("a text", str),
    Path: ("a path", Path),
    dict: ("a table", Mapping),
    Mapping: ("a table", Mapping),
}
"""What values of a type are called, and which are taken."""
_LISTS = (tuple, list, Sequence)

_shown = Repr()
_shown.maxstring = _shown.maxother = 80


class _Limit(Protocol):
    """What stands in an annotation beside the type."""

    def refusal(self, value: Any) -> str | None:
        """Say what a value of the right type must be if it is not allowed."""


class _Refusal(NamedTuple):
    """What a value must be; ``close`` if it is of the right kind, but beyond its limits."""

    expected: str
    close: bool = False


def check_fields(settings: Any) -> None:
    """Check the fields of a dataclass against their annotations.

    Raises:
        ValueError: one does not suit; the message names the field, what it must be, and what it is.
    """
    kind: Any = type(settings)
    hints = _hints_of_class(kind)
    for each in fields(settings):
        check(each.name, hints[each.name], getattr(settings, each.name))


def check_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Check arguments of a function against their annotations.

    Args:
        function: the function.
        given: its arguments by name, such as ``locals()`` in its first line.

    Raises:
        ValueError: one does not suit; the message names it, what it must be, and what it is.

    >>> def play(speed: Positive = 1.0) -> None:
    ...     check_arguments(play, locals())
    >>> play(speed=0)
    Traceback (most recent call last):
        ...
    ValueError: speed must be more than 0, but is 0
    """
    for name, hint in _hints_of_function(function).items():
        if name in given:
            check(name, hint, given[name])


def check(name: str, hint: Any, value: Any) -> None:
    """Refuse a value that does not suit an annotation.

    Args:
        name: of the value, for the message.
        hint: the annotation; what cannot be checked, such as a protocol, allows everything.
        value: the value.

    Raises:
        ValueError: it does not suit; the message says what it must be.

    >>> check("members", Count | None, 3)
    >>> check("members", Count | None, "three")
    Traceback (most recent call last):
        ...
    ValueError: members must be a whole number, but is 'three'
    """
    if refusal := _refusal(hint, value):
        alike = near(value, _choices(hint)) if isinstance(value, str) else ""
        shown = _shown.repr(str(value) if isinstance(value, Path) else value)
        raise ValueError(f"{name} must be {refusal.expected}, but is {shown}{alike}")


def check_takes(name: str, function: Callable[..., Any], *given: str) -> None:
    """Refuse a function that cannot be called with so many arguments.

    Args:
        name: of the function, for the message.
        function: the function; one whose arguments are not known, as of some in C, is not refused.
        given: what it will be called with, one by one.

    Raises:
        ValueError: it takes fewer, or needs more.
    """
    try:
        signature(function).bind(*given)
    except TypeError as error:
        raise ValueError(
            f"{name} is called with {listed(given)}, but takes others: {error}"
        ) from error
    except ValueError:
        return


@cache
def _hints_of_class(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


@cache
def _hints_of_function(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations that can be evaluated: not those of names that only type checkers import."""
    found: dict[str, Any] = {}
    for name, written in function.__annotations__.items():
        try:
            space = getattr(function, "__globals__", {})
            found[name] = eval(written, space) if isinstance(written, str) else written
        except NameError:
            continue
    return found


def _refusal(hint: Any, value: Any) -> _Refusal | None:
    """What a value must be that does not suit an annotation; None if it does."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin is Annotated:
        return _refusal(parts[0], value) or _beyond(hint.__metadata__, value)
    if origin in (Union, UnionType):
        return _none_of(parts, value)
    if origin is Literal:
        suits = any(type(part) is type(value) and part == value for part in parts)
        return None if suits else _Refusal(f"one of {', '.join(map(str, parts))}")
    if origin in _KINDS:
        expected, kind = _KINDS[origin]
        suits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if suits and kind is Mapping and parts[:1] == (str,):
            suits = all(isinstance(name, str) for name in value)
            suits = suits and not any(_refusal(parts[1], item) for item in value.values())
        return None if suits else _Refusal(expected)
    if origin in _LISTS:
        return _in_list(parts, value)
    if origin is Iterable:
        suits = hasattr(value, "__iter__") and not isinstance(value, str)
        return None if suits else _Refusal("a list")
    if origin is Callable or origin is get_origin(Callable[..., Any]):
        return None if callable(value) else _Refusal("a function")
    if origin is type:
        suits = isclass(value) and issubclass(value, _classes(parts))
        return None if suits else _Refusal("a class of the right kind")
    return _not_instance(origin, value)


def _beyond(limits: Iterable[_Limit | Any], value: Any) -> _Refusal | None:
    for limit in limits:
        if hasattr(limit, "refusal") and value is not None:  # others are of tyro
            if expected := limit.refusal(value):
                return _Refusal(expected, close=True)
    return None


def _none_of(parts: tuple[Any, ...], value: Any) -> _Refusal | None:
    """The refusal of a union: of the part whose kind the value has, or of all."""
    refusals = []
    for part in parts:
        refusal = _refusal(part, value)
        if refusal is None:
            return None
        if refusal.close:
            return refusal
        if part is not NoneType:
            refusals.append(refusal.expected)
    return _Refusal(" or ".join(dict.fromkeys(refusals)))


def _in_list(parts: tuple[Any, ...], value: Any) -> _Refusal | None:
    """The refusal of a list, or of what is in it."""
    inner = [part for part in parts if part is not Ellipsis]
    whole = bool(inner) and Integral in (_KINDS.get(bare(part), ("", None))[1] for part in inner)
    expected = f"a list, such as [{'5, 10' if whole else 'one, two'}]"
    if not isinstance(value, (list, tuple)):
        return _Refusal(expected)
    if len(inner) > 1 and len(inner) != len(value):
        return _Refusal(f"a list of {len(inner)}")
    for part, item in zip(inner if len(inner) > 1 else inner * len(value), value, strict=False):
        if refusal := _refusal(part, item):
            close = refusal.close or get_origin(part) is Literal
            return _Refusal(f"{refusal.expected} each", True) if close else _Refusal(expected)
    return None


def _classes(parts: tuple[Any, ...]) -> tuple[type, ...]:
    found = [get_args(part) if get_origin(part) in (Union, UnionType) else part for part in parts]
    return tuple(each for each in found if isclass(each)) or (object,)


def bare(hint: Any) -> Any:
    """Return the type that an annotation limits, without its limits."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _not_instance(kind: Any, value: Any) -> _Refusal | None:
    if kind is None or kind is NoneType:
        return None if value is None else _Refusal("left out")
    if not isclass(kind) or kind in (object, Any):
        return None
    if getattr(kind, "_is_protocol", False):
        if not getattr(kind, "_is_runtime_protocol", False):
            return None
        suits = not isclass(value) and isinstance(value, kind)
    else:
        suits = isinstance(value, kind)
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    return None if suits else _Refusal(f"{article} {kind.__name__}")


def _choices(hint: Any) -> list[str]:
    """The words that an annotation allows."""
    if get_origin(hint) is Literal:
        return [str(part) for part in get_args(hint)]
    return [word for part in get_args(hint) for word in _choices(part)]
