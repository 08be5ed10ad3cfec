"""ResultsFolder: where the rows of a benchmark lie; a finished run is never lost or run twice."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from rlhf_gym.benchmark.perform import Outcome, versions
from rlhf_gym.benchmark.plan import Plan, Run, settings_table
from rlhf_gym.feedback.durable import append_line, held, json_lines
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.results.relevant import heeded
from rlhf_gym.results.row import Row
from rlhf_gym.runs.config import as_table, differing, flat
from rlhf_gym.runs.settings import TrainSettings

__all__ = ["ResultsFolder"]

WEIGHTY = ("rlhf-gym", "stable-baselines3", "gymnasium", "torch")
"""Packages of which another version may well give other results."""


class ResultsFolder:
    """The results of a benchmark.

    ``runs.jsonl`` has one line a run, written when it ends; ``runs.csv`` and ``runs.parquet``
    (where pyarrow is installed) are made from it. ``curves`` and ``errors`` have a file a run,
    ``suite.toml`` is what was asked for.

    Args:
        path: the folder; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines, self._suite = path / "runs.jsonl", path / "suite.toml"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from running a benchmark into the folder.

        Raises:
            ValueError: somebody does already.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        refusal = f"another benchmark is running in {self.path}: wait for it, or give another --out"
        with held(self.path / ".lock", refusal):
            yield

    def rows(self) -> list[Row]:
        """One row a run, the newest where it was run again; a damaged line is skipped.

        Raises:
            ValueError: a row was written by another version.
        """
        if not self._lines.exists():
            return []
        lines = json_lines(self._lines.read_text(errors="replace"))
        rows = [Row.from_table(table) for table in lines]
        return list({_key(row): row for row in rows}.values())

    def missing(self, plan: Plan, *, retry: bool = False) -> list[Run]:
        """The runs of a plan that have no row yet.

        Args:
            plan: what shall be run.
            retry: run failed ones again.

        Raises:
            ValueError: a run has a row that was made with other settings.
        """
        known = {_key(row): row for row in self.rows()}
        # Of settings newer than a row.
        defaults = flat(as_table(FeedbackSettings())) | flat(settings_table(TrainSettings()))
        wanted = []
        for run in plan.runs:
            row = known.get(_key(run.row))
            if row is None or (retry and row.status == "failed"):
                wanted.append(run)
                continue
            tables = [heeded(run.arm, defaults | flat(it.settings)) for it in (row, run.row)]
            if names := differing(tables):
                raise ValueError(
                    f"{self.path} holds {run.name} with other settings ({', '.join(names)}): "
                    "results of two kinds do not belong together; give another --out"
                )
        return wanted

    def other_versions(self) -> str:
        """A line about finished runs that used other versions than those of now; else empty."""
        now = versions()
        theirs = [row.versions for row in self.rows() if row.status == "done"]
        apart = [used for used in theirs if any(used.get(n, now[n]) != now[n] for n in WEIGHTY)]
        found = {n: {used.get(n, now[n]) for used in apart} - {now[n]} for n in WEIGHTY}
        listed = [
            f"{n} {' and '.join(sorted(found[n]))} (now {now[n]})" for n in WEIGHTY if found[n]
        ]
        if not listed:
            return ""
        return (
            f"of {len(theirs)} finished runs, {len(apart)} used {', '.join(listed)}: they stay as "
            "they are; another --out keeps new runs apart from them"
        )

    def begin(self, plan: Plan) -> None:
        """Keep what was asked for."""
        self._suite.write_text(plan.suite.text)
        for name in ("curves", "errors"):
            (self.path / name).mkdir(exist_ok=True)

    def add(self, run: Run, outcome: Outcome) -> Row:
        """Keep what came of a run; it is on the disk when this returns."""
        row = outcome.row
        if outcome.curve:
            curve = Path("curves") / f"{run.name}.csv"
            (self.path / curve).write_text(outcome.curve)
            row = replace(row, curve=curve.as_posix())
        if outcome.log:
            (self.path / "errors" / f"{run.name}.txt").write_text(outcome.log)
        append_line(self._lines, row.to_json())
        return row

    def write_tables(self) -> None:
        """Write all rows as CSV, and as Parquet where pyarrow is installed."""
        rows = [_flat(row) for row in self.rows()]
        if not rows:
            return
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (self.path / "runs.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        if importlib.util.find_spec("pyarrow"):
            import pyarrow as pa
            from pyarrow import parquet

            whole = [{name: row.get(name) for name in columns} for row in rows]
            parquet.write_table(pa.Table.from_pylist(whole), self.path / "runs.parquet")


def _key(row: Row) -> tuple[object, ...]:
    return row.env_id, row.algo, row.arm, row.labels, row.demonstrations, row.seed


def _flat(row: Row) -> dict[str, object]:
    """A row whose settings and versions are columns, and its returns a text."""
    values = asdict(row)
    settings, versions = values.pop("settings"), values.pop("versions")
    values["returns"] = " ".join(f"{value:g}" for value in row.returns)
    values["mean_return"] = row.mean_return
    values["steps_per_second"] = row.steps_per_second
    values |= {f"settings.{name}": _text(value) for name, value in settings.items()}
    return values | {f"versions.{name}": version for name, version in versions.items()}


def _text(value: object) -> object:
    return json.dumps(value) if isinstance(value, (dict, list)) else value
