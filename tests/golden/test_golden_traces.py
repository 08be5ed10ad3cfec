"""Short runs ask, are told and learn what they did when the traces were recorded.

What is drawn at random or decided is compared exactly. Numbers with a fraction are compared within
a tolerance ten times what was seen between ``ATEN_CPU_CAPABILITY`` default, avx2 and avx512, and
math libraries of several processors (at most .002 of rewards whose deviation is 1), and far below
what another order of random draws changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from record import ALGORITHMS, FOLDER, SEEDS, record

RELATIVE, ABSOLUTE = 0.02, 0.02


def differences(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """Where two traces differ, in words."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            yield from differences(expected.get(name), found.get(name), f"{where}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for i, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{where}[{i}]")
    elif isinstance(expected, float) and isinstance(found, float):
        if found != pytest.approx(expected, rel=RELATIVE, abs=ABSOLUTE, nan_ok=True):
            yield f"{where}: {expected} was recorded, now it is {found}"
    elif expected != found:
        yield f"{where}: {expected!r} was recorded, now it is {found!r}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_is_as_it_was_recorded(algorithm: str, seed: int) -> None:
    expected = json.loads((FOLDER / f"{algorithm}-{seed}.json").read_text())
    found = json.loads(json.dumps(record(algorithm, seed)))
    assert list(differences(expected, found))[:10] == []
