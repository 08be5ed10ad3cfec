"""Plain data as JSON: atoms, arrays, containers and random generators, and nothing executable."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np

__all__ = ["LARGE", "NUMBERS", "Shared", "decode", "encode", "to_json"]

LARGE = 2**13
"""Bytes from which a value is put apart, where it may be."""
_ITEM, _SHORT = 16, 256
"""Bytes, about, of an item in a container; length from which a text counts for more."""
NUMBERS = frozenset({int, float, bool, type(None)})
"""Types whose values are encoded as they are; most values are, and a call takes time."""
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


to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Shared:
    """What is large in values that are encoded, put apart so that equal data can be kept once.

    >>> shared = Shared()
    >>> prices = np.arange(10_000.0)
    >>> encoded = encode({"prices": prices, "day": 3}, shared)
    >>> [len(data) for data in shared.parts.values()], len(to_json(encoded)) < 200
    ([80000], True)
    >>> bool((decode(encoded, shared.parts)["prices"] == prices).all())
    True

    Attributes:
        parts: the data, by its SHA-256.
    """

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}
        self._size = 0
        """Bytes, about, of all that was encoded so far and not put apart."""

    def put(self, data: bytes) -> str:
        """Put data apart, and return its SHA-256."""
        digest = sha256(data).hexdigest()
        self.parts.setdefault(digest, data)
        return digest

    def drop_after(self, count: int) -> None:
        """Drop all parts but the first ``count``: what they were of is not plain data."""
        while len(self.parts) > count:
            self.parts.popitem()

    def takes(self, size: int) -> bool:
        """Return whether a value of so many bytes is put apart; otherwise it is counted."""
        if size < LARGE:
            self._size += size
        return size >= LARGE

    def container(self, value: Any) -> Any:
        """Encode a list, tuple, dict or deque; what is left of it may be large as a whole."""
        before = self._size
        encoded = _CONTAINERS[type(value)](value, self)
        self._size += _ITEM * len(value)
        if self._size - before < LARGE:
            return encoded
        self._size = before + _ITEM
        return {"shared": self.put(to_json(encoded).encode())}


def encode(value: Any, shared: Shared | None = None) -> Any:
    """Return a value as JSON data: everything but atoms and lists as ``{"type": content}``.

    Args:
        value: plain data.
        shared: where what is large is put; None: it stays in its place.

    Raises:
        TypeError: if it is not plain data.
    """
    kind = type(value)
    if kind in NUMBERS or (kind is str and (shared is None or len(value) < _SHORT)):
        return value
    if kind is np.ndarray and value.dtype.kind in "biufcUS":
        if shared is not None and shared.takes(value.nbytes):
            return {"shared_array": [value.dtype.str, value.shape, shared.put(value.tobytes())]}
        return {"array": [value.dtype.str, value.shape, base64.b64encode(value.tobytes()).decode()]}
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](value, None) if shared is None else shared.container(value)
    if kind is bytes:
        if shared is not None and shared.takes(len(value)):
            return {"shared_bytes": shared.put(value)}
        return {"bytes": base64.b64encode(value).decode()}
    if kind is str:
        if shared is not None and shared.takes(len(value)):
            return {"shared": shared.put(to_json(value).encode())}
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biufcUS":
        return {"scalar": [value.dtype.str, base64.b64encode(value.tobytes()).decode()]}
    if kind is np.random.Generator and type(value.bit_generator).__name__ in _BIT_GENERATORS:
        return {"generator": encode(value.bit_generator.state)}
    raise TypeError(f"{kind.__name__} is not plain data")


def _items(values: Any, shared: Shared | None) -> list[Any]:
    return [value if type(value) in NUMBERS else encode(value, shared) for value in values]


def _pairs(values: dict[Any, Any], shared: Shared | None) -> list[Any]:
    return [
        [encode(key, shared), value if type(value) in NUMBERS else encode(value, shared)]
        for key, value in values.items()
    ]


_CONTAINERS: dict[type, Callable[[Any, Shared | None], Any]] = {
    list: _items,
    tuple: lambda value, shared: {"tuple": _items(value, shared)},
    dict: lambda value, shared: {"dict": _pairs(value, shared)},
    deque: lambda value, shared: {"deque": [_items(value, shared), value.maxlen]},
}


def decode(value: Any, parts: Mapping[str, bytes] | None = None) -> Any:
    """Return the value that `encode` was given, with the ``parts`` that were put apart.

    Raises:
        KeyError: if a part is missing.
    """
    if isinstance(value, list):
        return [decode(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    return _DECODERS[kind](content, parts or {})


def _array(content: Any) -> Any:
    dtype, shape, data = content
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()


def _shared_array(content: Any, parts: Mapping[str, bytes]) -> Any:
    dtype, shape, digest = content
    return np.frombuffer(parts[digest], dtype=dtype).reshape(shape).copy()


def _scalar(content: Any) -> Any:
    return np.frombuffer(base64.b64decode(content[1]), dtype=content[0])[0]


def _generator(content: Any) -> np.random.Generator:
    state = decode(content)
    bit_generator = _BIT_GENERATORS[state["bit_generator"]](0)
    bit_generator.state = state
    return np.random.Generator(bit_generator)


_DECODERS: dict[str, Callable[[Any, Mapping[str, bytes]], Any]] = {
    "array": lambda content, parts: _array(content),
    "scalar": lambda content, parts: _scalar(content),
    "tuple": lambda content, parts: tuple(decode(content, parts)),
    "dict": lambda content, parts: {
        decode(key, parts): decode(item, parts) for key, item in content
    },
    "deque": lambda content, parts: deque(decode(content[0], parts), content[1]),
    "bytes": lambda content, parts: base64.b64decode(content),
    "generator": lambda content, parts: _generator(content),
    "shared": lambda content, parts: decode(json.loads(parts[content]), parts),
    "shared_array": _shared_array,
    "shared_bytes": lambda content, parts: parts[content],
}
