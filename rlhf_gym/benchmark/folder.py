"""ResultsFolder: the rows of a benchmark on disk; a finished run is never lost or run twice."""

from __future__ import annotations

import csv
import importlib.util
import json
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

from rlhf_gym.basics.durable import (
    append_line,
    held,
    json_lines,
    remove_unfinished,
    replacing,
    write_text,
)
from rlhf_gym.benchmark.perform import RunOutcome
from rlhf_gym.benchmark.plan import Plan, Run, settings_table
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.row import Row
from rlhf_gym.runs.config import as_table, differing, flat
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.runs.versions import installed_versions

__all__ = ["ResultsFolder"]

WEIGHTY = ("rlhf-gym", "stable-baselines3", "gymnasium", "torch")
"""Packages whose versions may well change the results."""


class ResultsFolder:
    """The results of a benchmark.

    ``runs.jsonl`` has one line for each run, written when the run ends; ``runs.csv`` and
    ``runs.parquet`` (if pyarrow is installed) are made from it. ``curves`` and ``errors`` have a
    file for each run, and ``suite.toml`` is the suite.

    Args:
        path: the folder, which is made if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines, self._suite = path / "runs.jsonl", path / "suite.toml"

    def held(self) -> AbstractContextManager[None]:
        """Let no other process run a benchmark into the folder meanwhile.

        Raises:
            ValueError: another process runs one already.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        refusal = f"another benchmark is running in {self.path}: wait for it, or give another --out"
        return held(self.path / ".lock", refusal)

    def rows(self) -> list[Row]:
        """Read one row for each run, the newest if it was repeated; a damaged line is skipped.

        Raises:
            ValueError: a row was written by another version.
        """
        if not self._lines.exists():
            return []
        lines = json_lines(self._lines.read_text(errors="replace"))
        rows = [Row.from_table(table) for table in lines]
        return list({_key(row): row for row in rows}.values())

    def missing(self, plan: Plan, *, retry: bool = False) -> list[Run]:
        """Return the runs of a plan that have no row yet.

        Args:
            plan: the runs.
            retry: include failed runs.

        Raises:
            ValueError: a run has a row that was made with other settings.
        """
        known = {_key(row): row for row in self.rows()}
        # Settings that are newer than a row had these values when it was made.
        defaults = flat(as_table(FeedbackSettings())) | flat(settings_table(TrainSettings()))
        wanted = []
        for run in plan.runs:
            row = known.get(_key(run.row))
            if row is None or (retry and row.status == "failed"):
                wanted.append(run)
                continue
            arm = arm_of(run.arm)
            tables = [arm.relevant_settings(defaults | flat(r.settings)) for r in (row, run.row)]
            if names := differing(tables):
                raise ValueError(
                    f"{self.path} holds {run.name} with other settings ({', '.join(names)}): "
                    "they cannot be compared; give another --out"
                )
        return wanted

    def other_versions(self) -> str:
        """Describe finished runs that used other versions than the current ones; else empty."""
        now = installed_versions()
        theirs = [row.versions for row in self.rows() if row.status == "done"]
        apart = [used for used in theirs if any(used.get(n, now[n]) != now[n] for n in WEIGHTY)]
        found = {n: {used.get(n, now[n]) for used in apart} - {now[n]} for n in WEIGHTY}
        listed = [f"{n} {' and '.join(sorted(v))} (now {now[n]})" for n, v in found.items() if v]
        if not listed:
            return ""
        return (
            f"of {len(theirs)} finished runs, {len(apart)} used {', '.join(listed)}: they are "
            "kept; give another --out to keep new runs apart"
        )

    def begin(self, plan: Plan) -> None:
        """Write the suite and make the folders."""
        write_text(self._suite, plan.suite.text)
        for name in ("curves", "errors"):
            (self.path / name).mkdir(exist_ok=True)
            remove_unfinished(self.path / name)
        remove_unfinished(self.path)

    def add(self, run: Run, outcome: RunOutcome) -> Row:
        """Write the outcome of a run; it is on the disk when this returns."""
        row = outcome.row
        if outcome.curve:
            curve = Path("curves") / f"{run.name}.csv"
            write_text(self.path / curve, outcome.curve)
            row = replace(row, curve=curve.as_posix())
        if outcome.log:
            write_text(self.path / "errors" / f"{run.name}.txt", outcome.log)
        append_line(self._lines, row.to_json())
        return row

    def write_tables(self) -> None:
        """Write all rows as CSV, and as Parquet if pyarrow is installed."""
        rows = [_flat(row) for row in self.rows()]
        if not rows:
            return
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (
            replacing(self.path / "runs.csv") as unfinished,
            unfinished.open("w", newline="") as file,
        ):
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        if importlib.util.find_spec("pyarrow"):
            import pyarrow as pa
            from pyarrow import parquet

            whole = [{name: row.get(name) for name in columns} for row in rows]
            with replacing(self.path / "runs.parquet") as unfinished:
                parquet.write_table(pa.Table.from_pylist(whole), unfinished)


def _key(row: Row) -> tuple[object, ...]:
    return row.env_id, row.algo, row.arm, row.labels, row.demonstrations, row.seed


def _flat(row: Row) -> dict[str, object]:
    """Return a row with settings and versions as columns and its returns as text."""
    values = asdict(row)
    settings, versions = values.pop("settings"), values.pop("versions")
    values["returns"] = " ".join(f"{value:g}" for value in row.returns)
    values["mean_return"] = row.mean_return
    values["steps_per_second"] = row.steps_per_second
    values |= {f"settings.{name}": _text(value) for name, value in settings.items()}
    return values | {f"versions.{name}": version for name, version in versions.items()}


def _text(value: object) -> object:
    return json.dumps(value) if isinstance(value, (dict, list)) else value
