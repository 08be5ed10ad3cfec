"""Read what a run folder holds about the training, whatever is missing or half written."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from rlhf_gym.feedback.durable import json_lines

__all__ = ["Evaluation", "Progress", "Round", "RunData", "read_progress", "read_run"]

Floats: TypeAlias = npt.NDArray[np.float64]

STEPS = "time/total_timesteps"
LABELS = "feedback/labels"
TRUE_RETURN = "rollout/ep_rew_mean"
LEARNED_RETURN = "feedback/learned_return"


@dataclass(frozen=True)
class Progress:
    """What was logged while the agent trained.

    Attributes:
        columns: one array ``(rows,)`` float64 a logger key, NaN where a row has no value.
    """

    columns: Mapping[str, Floats] = field(default_factory=dict)

    def series(self, x: str, y: str) -> tuple[Floats, Floats]:
        """Two columns, without the rows in which either is missing.

        >>> nan = float("nan")
        >>> Progress({"a": np.array([1.0, 2.0]), "b": np.array([nan, 5.0])}).series("a", "b")
        (array([2.]), array([5.]))
        """
        if x not in self.columns or y not in self.columns:
            return np.empty(0), np.empty(0)
        known = np.isfinite(self.columns[x]) & np.isfinite(self.columns[y])
        return self.columns[x][known], self.columns[y][known]

    def last(self, key: str) -> float | None:
        """The last value of a column, or None."""
        values = self.columns.get(key, np.empty(0))
        values = values[np.isfinite(values)]
        return float(values[-1]) if len(values) else None


@dataclass(frozen=True)
class Round:
    """One round of asking and fitting.

    Attributes:
        round: its number, from 0.
        agent_step: training steps of the agent at its end.
        labels: answers that carry a label so far.
        asked: queries asked so far.
        accuracy: share of held-out labels that the reward model predicts.
        cross_entropy: on the held-out labels, in nats a label.
        cross_entropy_floor: the least that any model could reach, given the ties among them.
        calibration: rows of (predicted probability, observed share, number of labels).
        correlation: Pearson's, of learned and true returns.
        disagreement: spread of the ensemble.
        learned_vs_true: at most 200 pairs (learned return, true return).
        seconds: what each stage took.
    """

    round: int
    agent_step: int
    labels: int
    asked: int
    accuracy: float | None = None
    cross_entropy: float | None = None
    cross_entropy_floor: float | None = None
    calibration: tuple[tuple[float, float, float], ...] = ()
    correlation: float | None = None
    disagreement: float | None = None
    learned_vs_true: tuple[tuple[float, float], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """Whole episodes on the untouched environment, before and after training.

    Attributes:
        before: true return of each episode of the untrained agent; empty where it was not measured.
        after: true return of each episode of the trained agent.
    """

    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()


@dataclass(frozen=True)
class RunData:
    """A run folder as it was read; nothing in it is required.

    Attributes:
        folder: the run folder.
        config: every setting, as `config.toml` has it.
        command: the exact command.
        versions: versions of the packages and the platform.
        progress: the logged columns.
        rounds: the rounds so far.
        evaluation: whole episodes on the untouched environment, or None.
        unreadable: what was there but could not be read, in words.
    """

    folder: Path
    config: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    versions: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    rounds: tuple[Round, ...] = ()
    evaluation: Evaluation | None = None
    unreadable: tuple[str, ...] = ()


def read_run(folder: Path) -> RunData:
    """Read the files of a run folder; missing ones leave their field empty.

    Raises:
        ValueError: there is no such folder.
    """
    if not folder.is_dir():
        raise ValueError(f"no run folder at {folder}: give the folder that `train` printed")
    unreadable: list[str] = []

    def read(name: str, parse: Any, default: Any) -> Any:
        path = folder / name
        if not path.is_file():
            return default
        try:
            return parse(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            unreadable.append(f"{name} could not be read ({error})")
            return default

    return RunData(
        folder=folder,
        config=read("config.toml", tomllib.loads, {}),
        command=read("command.txt", str.strip, ""),
        versions=read("versions.json", json.loads, {}),
        progress=read_progress(folder),
        rounds=read("rounds.jsonl", lambda text: _rounds(json_lines(text)), ()),
        evaluation=read("evaluation.json", _evaluation, None),
        unreadable=tuple(unreadable),
    )


def read_progress(path: Path) -> Progress:
    """Read a file of what was logged, or a folder's: ``progress.csv``, ``progress.2.csv``, ...

    A resumed run starts again at its checkpoint: the earlier file's rows from there on were
    done over and are left out.
    """
    rows: list[dict[str, float]] = []
    files = [path] if path.is_file() else sorted(path.glob("progress*.csv"), key=_part)
    for path in files:
        part = _csv_rows(path)
        steps = [row[STEPS] for row in part if STEPS in row]
        if steps:
            rows = [row for row in rows if row.get(STEPS, -np.inf) < steps[0]]
        rows += part
    keys = sorted({key for row in rows for key in row})
    return Progress({key: np.array([row.get(key, np.nan) for row in rows]) for key in keys})


def _part(path: Path) -> int:
    match = re.search(r"\.(\d+)\.csv$", path.name)
    return int(match.group(1)) if match else 1


def _csv_rows(path: Path) -> list[dict[str, float]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {key: number for key, text in row.items() if (number := _number(text)) is not None}
            for row in csv.DictReader(file)
        ]


def _number(text: object) -> float | None:
    try:
        return float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _rounds(lines: list[dict[str, Any]]) -> tuple[Round, ...]:
    rounds: dict[int, Round] = {}
    for values in lines:
        known = {key: values[key] for key in Round.__dataclass_fields__ if key in values}
        for key in ("accuracy", "cross_entropy", "cross_entropy_floor", "correlation"):
            known[key] = _finite(known.get(key))
        for key in ("calibration", "learned_vs_true"):
            pairs = known.get(key) or ()
            known[key] = tuple(tuple(pair) for pair in pairs if None not in pair)
        rounds[known["round"]] = Round(**known)  # a resumed run writes some rounds again
    return tuple(rounds[number] for number in sorted(rounds))


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


def _evaluation(text: str) -> Evaluation:
    values = json.loads(text)
    return Evaluation(
        before=tuple(values.get("before") or ()),
        after=tuple(values.get("after") or values.get("returns") or ()),
    )
