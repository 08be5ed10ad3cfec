"""A logger's output that keeps what was logged, for the tests."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.logger import KVWriter


class Kept(KVWriter):
    """Keeps what was logged."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def write(self, key_values: dict[str, Any], key_excluded: Any, step: int = 0) -> None:
        self.rows.append(dict(key_values))

    def close(self) -> None:
        pass
