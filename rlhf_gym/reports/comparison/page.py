"""Compose the page of a comparison: cards, figures and tables for the template."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from rlhf_gym.basics.words import counted, duration, span
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reports.comparison import tables
from rlhf_gym.reports.comparison.forests import chances, each_environment, over_all
from rlhf_gym.reports.comparison.panels import Panels, panels
from rlhf_gym.reports.comparison.strips import mark
from rlhf_gym.reports.comparison.styles import Styles, arm_styles
from rlhf_gym.reports.comparison.verdict import FEW_SEEDS
from rlhf_gym.reports.comparison.writing import run_folder, run_names
from rlhf_gym.reports.html import Card, Verdict, render
from rlhf_gym.results.cells import algorithm_name, unique
from rlhf_gym.results.side_by_side import Comparison
from rlhf_gym.runs.config import differing, flat
from rlhf_gym.runs.records import LearningCurve

__all__ = ["render_page"]

BADGES = {
    "good": ("Good", "as from the true reward"),
    "mixed": ("Mixed", "read on before relying on it"),
    "poor": ("Poor", "the reward was not learned"),
    "unknown": ("No score", "true returns only"),
}


def render_page(
    comparison: Comparison,
    verdict: Verdict,
    curves: Mapping[str, LearningCurve],
    folder: Path,
    *,
    name: str,
    command: str,
) -> str:
    """Render the comparison as one HTML page that needs no other file.

    Args:
        comparison: the runs.
        verdict: the judgement at the top.
        curves: the learning curves; see `rlhf_gym.results.curves.read_curves`.
        folder: where the page will lie; links to the runs' reports start there.
        name: name of the folder, for the title.
        command: the command that made the results; may be empty.
    """
    styles = arm_styles(series.key for series in comparison.series)
    drawn = panels(comparison, curves, styles)
    return render(
        "comparison/comparison.html.j2",
        name=name,
        title=_title(comparison),
        verdict=verdict,
        badge=BADGES[verdict.level],
        cards=list(_cards(comparison)),
        environments=len(comparison.environments),
        several=len(comparison.algorithms) > 1,
        unscored=comparison.unscored,
        tables={made.__name__: made(comparison) for made in tables.TITLED.values()},
        measured=tables.measured(comparison),
        reports=_reports(comparison, folder),
        forests=list(over_all(comparison, styles)),
        every=list(each_environment(comparison, styles)),
        chances=list(chances(comparison, styles)),
        panels=drawn,
        legends=_legends(comparison, styles, drawn),
        settings=list(_settings(comparison)),
        versions=_versions(comparison),
        command=command,
    )


def _legends(
    comparison: Comparison, styles: Styles, drawn: Mapping[str, Panels]
) -> dict[str, list[tuple[Markup, str]]]:
    """Return the legend of each section: the series that are drawn in it, and no others."""
    names = tables.columns(comparison)
    return {
        section: [(mark(styles[key]), name) for key, name in names.items() if key in found.keys]
        for section, found in drawn.items()
    }


def _reports(comparison: Comparison, folder: Path) -> dict[str, str]:
    """Return the links to the reports of runs that have one, by the run's name."""
    found = {}
    for row, name in zip(comparison.rows, run_names(comparison.rows), strict=True):
        report = RunFolder(Path(run_folder(row))).report
        if run_folder(row) and report.is_file():
            found[name] = quote(Path(os.path.relpath(report, folder.resolve())).as_posix())
    return found


def _title(comparison: Comparison) -> str:
    algorithms = [algorithm_name(algo) for algo in comparison.algorithms if algo]
    named = ((comparison.environments, "environment"), (algorithms, "algorithm"))
    return ", ".join(
        names[0] if len(names) == 1 else counted(len(names), noun) for names, noun in named if names
    )


def _cards(comparison: Comparison) -> Iterator[Card]:
    rows, failed = comparison.rows, len(comparison.failed)
    yield Card("Runs", f"{len(rows):,}", f"{failed} failed" if failed else "none failed")
    seeds = [len(cell.rows) for cell in comparison.cells if cell.arm != "random"] or [0]
    few = f"; fewer than {FEW_SEEDS} make intervals too narrow" if max(seeds) < FEW_SEEDS else ""
    yield Card("Seeds", span(seeds), f"in each arm{few}")
    labels = [cell.labels for cell in comparison.cells if cell.labels]
    if labels:
        yield Card("Labels", span(labels), "wanted in each run")
    human = sum(row.human_seconds for row in rows)
    if human:
        simulated = all(row.arm == "person" for row in rows if row.human_seconds)
        spent = "simulated" if simulated else "spent on answering"
        yield Card("A person's time", duration(human), spent)
    yield Card("Training", duration(sum(row.seconds for row in rows)), "all runs together")


def _settings(comparison: Comparison) -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """List shared and differing settings for each environment and algorithm."""
    for env_id, algo in unique((row.env_id, row.algo) for row in comparison.rows if row.algo):
        rows = [row for row in comparison.rows if (row.env_id, row.algo) == (env_id, algo)]
        settings = [flat(row.settings) for row in rows]
        names = differing(settings)
        shared = [(name, value) for name, value in settings[0].items() if name not in names]
        if settings[0]:
            yield f"{env_id} {algorithm_name(algo)}", shared, names


def _versions(comparison: Comparison) -> list[tuple[str, str]]:
    """List the versions of each package that occur."""
    found: dict[str, list[str]] = {}
    for row in comparison.rows:
        for package, version in {**row.versions, "commit": row.commit}.items():
            if version and version not in found.setdefault(package, []):
                found[package].append(version)
    return [(package, ", ".join(versions)) for package, versions in found.items()]
