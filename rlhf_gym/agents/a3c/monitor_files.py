"""Monitor files: rows are made in the workers, and written by the trainer, whose files they are."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import cloudpickle  # type: ignore[import-untyped]
from stable_baselines3.common.monitor import ResultsWriter

__all__ = ["KeptRows", "MonitorFiles", "Row", "SentWriter", "load_from"]

Row: TypeAlias = tuple[int, dict[str, Any]]
"""Number of a file, and the row to write into it."""


@dataclass(frozen=True)
class SentWriter:
    """Stands, on the way to a worker, for the writer of a file."""

    number: int


@dataclass
class KeptRows:
    """The rows of a worker that the trainer has not got yet."""

    _rows: list[Row] = field(default_factory=list)

    def take(self) -> list[Row]:
        """Return the rows since the last call."""
        taken, self._rows[:] = self._rows[:], ()
        return taken

    def writer(self, number: int) -> Any:
        """Return what an environment can use in place of the file's `ResultsWriter`."""
        return _KeepingWriter(number, self._rows)

    def connect(self, wrapper: object) -> None:
        """Give a wrapper the writers that were sent with it."""
        for name, value in vars(wrapper).items():
            if isinstance(value, SentWriter):
                setattr(wrapper, name, self.writer(value.number))


@dataclass(frozen=True)
class _KeepingWriter:
    """Does what a `ResultsWriter` does, without a file."""

    number: int
    rows: list[Row]

    def write_row(self, epinfo: dict[str, Any]) -> None:
        self.rows.append((self.number, epinfo))

    def close(self) -> None:
        pass


class MonitorFiles:
    """The writers of files that environments and wrappers hold, by number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._writers: list[ResultsWriter] = []

    def writer(self, number: int) -> ResultsWriter:
        """Return the writer with a number."""
        return self._writers[number]

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows into their files."""
        for number, row in rows:
            self._writers[number].write_row(row)

    def pickled(self, value: object) -> bytes:
        """Pickle a value by cloudpickle, with the numbers of writers in their place."""
        buffer = io.BytesIO()
        _Pickler(buffer, self._number).dump(value)
        return buffer.getvalue()

    def sent(self, value: object) -> object:
        """Return what stands for a writer; any other value stays as it is."""
        return SentWriter(self._number(value)) if isinstance(value, ResultsWriter) else value

    def _number(self, writer: ResultsWriter) -> int:
        if writer not in self._writers:
            self._writers.append(writer)
        return self._writers.index(writer)


def load_from(pickled: bytes, writer: Callable[[int], Any]) -> Any:
    """Return what `MonitorFiles.pickled` was given, with ``writer(number)`` for each writer."""
    return _Unpickler(io.BytesIO(pickled), writer).load()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO, number: Callable[[ResultsWriter], int]) -> None:
        super().__init__(file)
        self._number = number

    def persistent_id(self, value: object) -> int | None:
        return self._number(value) if isinstance(value, ResultsWriter) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, writer: Callable[[int], Any]) -> None:
        super().__init__(file)
        self._writer = writer

    def persistent_load(self, number: int) -> Any:
        return self._writer(number)
