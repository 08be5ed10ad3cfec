"""What a run folder holds about a training, read in spite of missing and half-written files."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from rlhf_gym.basics.durable import write_text
from rlhf_gym.basics.words import counted
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.training.checkpoint_files import COUNTERS, agent_changed

__all__ = [
    "Actions",
    "Evaluation",
    "LearningCurve",
    "RunRecord",
    "mean_and_error",
    "read_curve",
    "read_evaluation",
    "read_run",
    "standard_error",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Actions: TypeAlias = Literal["sampled", "most likely"]
"""How an agent acts while it is measured: as in training, or by its most likely action."""
T = TypeVar("T")

STEPS = "time/total_timesteps"
SECONDS = "time/time_elapsed"
EARLIER_SECONDS = "time/earlier_seconds"
LABELS = "feedback/labels"
TRUE_RETURN = "rollout/ep_rew_mean"
LEARNED_RETURN = "feedback/learned_return"


@dataclass(frozen=True)
class LearningCurve:
    """What was logged while the agent trained.

    Attributes:
        columns: one array ``(rows,)`` float64 for each logger key; NaN where a row has no value.
    """

    columns: Mapping[str, Floats] = field(default_factory=dict)

    def series(self, x: str, y: str) -> tuple[Floats, Floats]:
        """Return two columns, without the rows in which either is missing.

        >>> nan = float("nan")
        >>> curve = LearningCurve({"a": np.array([1.0, 2.0]), "b": np.array([nan, 5.0])})
        >>> curve.series("a", "b")
        (array([2.]), array([5.]))
        """
        if x not in self.columns or y not in self.columns:
            return np.empty(0), np.empty(0)
        known = np.isfinite(self.columns[x]) & np.isfinite(self.columns[y])
        return self.columns[x][known], self.columns[y][known]

    def last(self, key: str) -> float | None:
        """Return the last value of a column, or None."""
        values = self.columns.get(key, np.empty(0))
        values = values[np.isfinite(values)]
        return float(values[-1]) if len(values) else None


@dataclass(frozen=True)
class Evaluation:
    """True returns of whole episodes on the untouched environment.

    Attributes:
        after: one true return for each episode of the trained agent; empty where it was not
            measured, or trained for no step.
        before: those of the untrained agent; empty where it was not measured.
        actions: how the trained agent acted.
        actions_before: how the untrained agent acted.
        steps: training steps that the trained agent had taken; None where unknown.
    """

    after: tuple[float, ...] = ()
    before: tuple[float, ...] = ()
    actions: Actions = "sampled"
    actions_before: Actions = "sampled"
    steps: int | None = None

    @property
    def comparable_before(self) -> tuple[float, ...]:
        """The returns before training, if they can be compared: measured as those after it.

        >>> Evaluation((334.0,), (22.0,), actions="most likely").comparable_before
        ()
        """
        return self.before if self.actions == self.actions_before or not self.after else ()

    @property
    def way(self) -> str:
        """How the agent was measured, in words.

        >>> Evaluation(after=(9.0, 11.0)).way
        '2 episodes, actions sampled'
        """
        actions = self.actions if self.after else self.actions_before
        acted = "actions sampled" if actions == "sampled" else "most likely actions"
        return f"{counted(len(self.after or self.before), 'episode')}, {acted}"

    @property
    def mean(self) -> float:
        """Mean true return of the trained agent; NaN without episodes."""
        return float(np.mean(self.after)) if self.after else math.nan

    @property
    def standard_error(self) -> float:
        """Standard error of the mean; NaN with fewer than two episodes."""
        return standard_error(self.after)

    def write(self, path: Path) -> None:
        """Write the evaluation as JSON, for `read_evaluation`."""
        write_text(path, json.dumps(asdict(self)))


def standard_error(returns: Sequence[float]) -> float:
    """Return the standard error of the mean; NaN with fewer than two returns."""
    if len(returns) < 2:
        return math.nan
    return float(np.std(returns, ddof=1) / math.sqrt(len(returns)))


def mean_and_error(returns: Sequence[float]) -> str:
    """Write the mean of some returns, and its standard error where there is one.

    >>> mean_and_error((9.0, 11.0)), mean_and_error((10.0,)), mean_and_error((0.2, 0.6))
    ('10.0 +- 1.0', '10.0', '0.400 +- 0.200')
    """
    mean, error = float(np.mean(returns)), standard_error(returns)
    decimals = 3 if 0 < max(abs(mean), error) < 1 else 1
    return f"{mean:.{decimals}f}" + (f" +- {error:.{decimals}f}" if len(returns) > 1 else "")


def read_evaluation(path: Path) -> Evaluation:
    """Read what `Evaluation.write` wrote; a missing file gives an evaluation without returns.

    Raises:
        ValueError: the file is not JSON.
    """
    if not path.exists():
        return Evaluation()
    values = json.loads(path.read_text(encoding="utf-8"))
    after = values.get("after") or values.get("returns") or ()  # the latter in version 0.1.0
    return Evaluation(
        after=tuple(after),
        before=tuple(values.get("before") or ()),
        actions=values.get("actions", "most likely" if after else "sampled"),  # in version 0.1.0
        actions_before=values.get("actions_before", "sampled"),
        steps=values.get("steps"),
    )


@dataclass(frozen=True)
class RunRecord:
    """A run folder as it was read; nothing in it is required.

    Attributes:
        folder: the run folder.
        config: every setting, as in ``config.toml``.
        command: the exact command.
        versions: versions of the packages and the platform.
        curve: the logged columns.
        rounds: the rounds so far.
        evaluation: whole episodes on the untouched environment.
        unchanged: whether the agent, when training was done, had the weights with which it began.
        unreadable: one sentence for each file that was there but could not be read.
    """

    folder: RunFolder
    config: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    versions: Mapping[str, Any] = field(default_factory=dict)
    curve: LearningCurve = field(default_factory=LearningCurve)
    rounds: tuple[RoundMeasures, ...] = ()
    evaluation: Evaluation = Evaluation()
    unchanged: bool = False
    unreadable: tuple[str, ...] = ()

    def latest(self, measure: str) -> float:
        """Return the last known value of a measure of the rounds; NaN without one."""
        known = [value for each in self.rounds if np.isfinite(value := getattr(each, measure))]
        return float(known[-1]) if known else math.nan

    @property
    def agent_seconds(self) -> float | None:
        """Wall time of the agent and its environment, or None before anything was logged.

        It is what the stages leave of the wall time. A last round may be newer than the last row
        of the curve; then an earlier one is compared with it.
        """
        elapsed = self.curve.last(SECONDS)
        if elapsed is None:
            return None
        stages = [sum(each.seconds.values()) for each in self.rounds]
        return elapsed - max((spent for spent in stages if spent < elapsed), default=0.0)


def read_run(folder: Path) -> RunRecord:
    """Read the files of a run folder; missing ones leave their field empty.

    Raises:
        ValueError: there is no such folder, or something in it is a link to outside of it.
    """
    if not folder.is_dir():
        raise ValueError(f"no run folder at {folder}: give the folder that `train` printed")
    run = RunFolder(folder)
    run.check_links()
    unreadable: list[str] = []

    def read(path: Path, parse: Callable[[], T], default: T) -> T:
        try:
            return parse() if path.is_file() else default
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            unreadable.append(f"{path.name} could not be read ({error})")
            return default

    config: dict[str, Any] = read(run.config, run.settings_table, {})
    curve = read_curve(folder)
    counters = run.checkpoint / COUNTERS
    unknown: tuple[bool | None, int] = None, 0
    changed, steps = read(counters, lambda: agent_changed(run.checkpoint), unknown)
    return RunRecord(
        folder=run,
        config=config,
        command=read(run.command, lambda: run.command.read_text(encoding="utf-8").strip(), ""),
        versions=read(run.versions, lambda: json.loads(run.versions.read_text()), {}),
        curve=curve,
        rounds=read(run.rounds, lambda: _rounds(run), ()),
        evaluation=read(run.evaluation, lambda: read_evaluation(run.evaluation), Evaluation()),
        unchanged=changed is False
        and steps >= (curve.last(STEPS) or 0)
        and steps >= config.get("steps", 0),
        unreadable=tuple(unreadable),
    )


def read_curve(path: Path) -> LearningCurve:
    """Read one file of logged values, or all of a folder: ``progress.csv``, ``progress.2.csv``, ...

    A resumed run starts again at its checkpoint, so the earlier file's rows from that step on were
    repeated and are left out. The time elapsed goes on from part to part.
    """
    rows: list[dict[str, float]] = []
    files = [path] if path.is_file() else sorted(path.glob("progress*.csv"), key=_part)
    for path in files:
        part = _csv_rows(path)
        steps = [row[STEPS] for row in part if STEPS in row]
        if steps:
            rows = [row for row in rows if row.get(STEPS, -np.inf) < steps[0]]
        before = next((row[SECONDS] for row in reversed(rows) if SECONDS in row), 0.0)
        for row in part:
            if SECONDS in row:
                row[SECONDS] += row.get(EARLIER_SECONDS, before)
        rows += part
    keys = sorted({key for row in rows for key in row})
    return LearningCurve({key: np.array([row.get(key, np.nan) for row in rows]) for key in keys})


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


def _rounds(run: RunFolder) -> tuple[RoundMeasures, ...]:
    measures = map(RoundMeasures.from_json, run.read_rounds())
    rounds = {each.round: each for each in measures}  # a resumed run writes some rounds again
    return tuple(rounds[number] for number in sorted(rounds))
