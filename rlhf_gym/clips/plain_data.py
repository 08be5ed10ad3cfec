"""Plain data as JSON: atoms, arrays, containers and random generators, and nothing executable."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["decode", "encode"]

_ATOMS = frozenset({int, float, str, bool, type(None)})
_BIT_GENERATORS = {
    kind.__name__: kind
    for kind in (
        np.random.PCG64,
        np.random.PCG64DXSM,
        np.random.MT19937,
        np.random.Philox,
        np.random.SFC64,
    )
}


def encode(value: Any) -> Any:
    """Return a value as JSON data: everything but atoms and lists as ``{"type": content}``.

    Raises:
        TypeError: if it is not plain data.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is np.ndarray and value.dtype.kind in "biufcUS":
        data = base64.b64encode(value.tobytes()).decode()
        return {"array": [value.dtype.str, value.shape, data]}
    if isinstance(value, np.generic) and value.dtype.kind in "biufcUS":
        return {"scalar": [value.dtype.str, base64.b64encode(value.tobytes()).decode()]}
    if kind is list:
        return [encode(item) for item in value]
    if kind is tuple:
        return {"tuple": [encode(item) for item in value]}
    if kind is dict:
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if kind is deque:
        return {"deque": [[encode(item) for item in value], value.maxlen]}
    if kind is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if kind is np.random.Generator and type(value.bit_generator).__name__ in _BIT_GENERATORS:
        return {"generator": encode(value.bit_generator.state)}
    raise TypeError(f"{kind.__name__} is not plain data")


def decode(value: Any) -> Any:
    """Return the value that `encode` was given."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    return _DECODERS[kind](content)


def _array(content: Any) -> Any:
    dtype, shape, data = content
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()


def _scalar(content: Any) -> Any:
    return np.frombuffer(base64.b64decode(content[1]), dtype=content[0])[0]


def _generator(content: Any) -> np.random.Generator:
    state = decode(content)
    bit_generator = _BIT_GENERATORS[state["bit_generator"]](0)
    bit_generator.state = state
    return np.random.Generator(bit_generator)


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "array": _array,
    "scalar": _scalar,
    "tuple": lambda content: tuple(map(decode, content)),
    "dict": lambda content: {decode(key): decode(item) for key, item in content},
    "deque": lambda content: deque(map(decode, content[0]), content[1]),
    "bytes": base64.b64decode,
    "generator": _generator,
}
