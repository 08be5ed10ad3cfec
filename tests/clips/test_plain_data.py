"""What is plain data comes back from JSON exactly; nothing else goes in."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rlhf_gym.clips.plain_data import decode, encode

atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    arrays.arrays(
        st.one_of(arrays.integer_dtypes(), arrays.floating_dtypes(), arrays.boolean_dtypes()),
        arrays.array_shapes(min_dims=0, min_side=0),
    ),
    arrays.floating_dtypes().flatmap(lambda dtype: arrays.from_dtype(dtype)),
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.integers(), st.text()), inner),
        st.lists(inner, max_size=3).map(lambda items: deque(items, 5)),
    ),
    max_leaves=8,
)


def same(a: Any, b: Any) -> bool:
    """Equal in type and to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple, deque)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


@given(values)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(decode(json.loads(json.dumps(encode(value)))), value)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_random_generator_goes_on_where_it_was(kind: str) -> None:
    generator = np.random.Generator(getattr(np.random, kind)(3))
    generator.integers(10, size=3, dtype=np.uint32)
    again = decode(json.loads(json.dumps(encode(generator))))
    assert np.array_equal(generator.normal(size=9), again.normal(size=9))


def test_a_deque_keeps_its_bound() -> None:
    assert decode(encode(deque([1], 2))).maxlen == 2


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), [object()], int])
def test_what_is_not_plain_data_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is not plain data"):
        encode(value)
