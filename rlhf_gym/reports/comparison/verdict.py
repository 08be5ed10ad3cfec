"""Say in plain words what came of a comparison, and how far to trust it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from rlhf_gym.reports.comparison.writing import decimals, run_name
from rlhf_gym.reports.run.verdict import Verdict, number
from rlhf_gym.results.cells import TAUGHT, Cell, algorithm_name
from rlhf_gym.results.relevant import heeded
from rlhf_gym.results.series import Series
from rlhf_gym.results.side_by_side import Comparison
from rlhf_gym.runs.config import differing, flat

__all__ = ["judge"]

GOOD_LOW = 0.85
"""A good score: the lower end of its interval reaches this ..."""
GOOD = 0.95
"""... and its value this."""
POOR = 0.5
CONTROL = 0.3
"""Shuffled labels that score more than this teach, although they say nothing."""
FEW_SEEDS = 5
SPENT = 0.9
"""Share of the labels below which they were not all given."""
NAMED = 6
"""So many names are listed in a sentence."""


def judge(comparison: Comparison) -> Verdict:
    """Put a comparison into words."""
    mains = [comparison.main(algo) for algo in comparison.algorithms]
    taught = [series for series in mains if series.arm in TAUGHT and series.scored]
    headline, trust = _scored(comparison, taught) if taught else _unscored(comparison, mains)
    return Verdict(headline, trust, _level(comparison, taught), tuple(_warnings(comparison)))


def _scored(comparison: Comparison, taught: Sequence[Series]) -> tuple[str, str]:
    where = _where(comparison, taught)
    if len(taught) == 1:
        (series,) = taught
        algo, value = algorithm_name(series.algo), series.estimate
        headline = (
            f"{algo} {_taught_by(series)} scores {decimals(value.value)} {where}, "
            "where 1 is what the true reward teaches and 0 the random policy."
        )
        interval = "" if np.isnan(value.low) else _interval(series)
        return headline, f"{interval}{_about_the_control(comparison, taught)}"
    best = sorted(taught, key=lambda series: -series.estimate.value)
    scores = [f"{algorithm_name(series.algo)} {decimals(series.estimate.value)}" for series in best]
    headline = (
        f"Taught by comparisons of clips, agents score {_and(scores)} {where}, where 1 is what "
        "the true reward teaches the same algorithm and 0 the random policy."
    )
    return headline, _about_the_control(comparison, taught)


def _where(comparison: Comparison, taught: Sequence[Series]) -> str:
    environments = {cell.env_id for series in taught for cell in series.scored}
    return (
        f"on {environments.pop()}"
        if len(environments) == 1
        else (f"over {len(environments)} environments")
    )


def _taught_by(series: Series) -> str:
    counts = [cell.labels for cell in series.scored]
    few, many = min(counts), max(counts)
    who = " from a person" if series.arm == "person" else ""
    span = f"{many:,}" if few == many else f"{few:,} to {many:,}"
    return f"taught with {span} label{'' if many == 1 else 's'}{who}"


def _interval(series: Series) -> str:
    low, high = decimals(series.estimate.low), decimals(series.estimate.high)
    return f"The 95 % interval of {series.runs} runs is {low} to {high}. "


def _about_the_control(comparison: Comparison, taught: Sequence[Series]) -> str:
    control = _control(comparison)
    if control is None:
        return "There are no runs with shuffled labels: what the answers add is not known."
    several = sum(each.arm == "shuffled" and bool(each.scored) for each in comparison.series) > 1
    text = f"With shuffled labels the score is {'at most ' if several else ''}{decimals(control)}"
    if control > CONTROL:
        return f"{text}: much of this is learned without the answers."
    learned = all(series.estimate.value >= POOR for series in taught)
    return f"{text}: it is the answers that teach." if learned else f"{text}."


def _control(comparison: Comparison) -> float | None:
    """The highest score of an algorithm with shuffled labels."""
    found = [each for each in comparison.series if each.arm == "shuffled" and each.scored]
    return max((series.estimate.value for series in found), default=None)


def _unscored(comparison: Comparison, mains: Sequence[Series]) -> tuple[str, str]:
    """Without scores: the best true return of each environment."""
    best = [
        max(cells, key=lambda cell: float(np.median(cell.returns)))
        for env_id in comparison.environments
        if (cells := [cell for cell in comparison.cells if cell.env_id == env_id and cell.rows])
    ]
    if not best:
        return "No run has a true return.", "There is nothing to compare: every run failed."
    texts = [
        f"{number(float(np.median(cell.returns)))} on {cell.env_id} "
        f"({algorithm_name(cell.algo)} {cell.name})"
        for cell in best
    ]
    return (
        f"The best median true return is {_some(texts)}.",
        "True returns are compared as they are: a score needs runs with the true reward and of "
        "the random policy; `rlhf-gym benchmark` makes both.",
    )


def _level(comparison: Comparison, taught: Sequence[Series]) -> str:
    if not taught:
        return "unknown"
    control = _control(comparison)
    values = [series.estimate for series in taught]
    best = max(value.value for value in values)
    if best < POOR or (control is not None and control >= best):
        return "poor"
    good = not _poor(comparison) and all(
        value.value >= GOOD and value.low >= GOOD_LOW for value in values
    )
    clean = control is not None and control <= CONTROL and not comparison.collapsed
    return "good" if good and clean and not comparison.failed else "mixed"


def _poor(comparison: Comparison) -> list[Cell]:
    """Where little was learned, among several environments of an algorithm."""
    mains = [comparison.main(algo) for algo in comparison.algorithms]
    several = [series for series in mains if series.arm in TAUGHT and len(series.scored) > 1]
    return [cell for series in several for cell in series.scored if cell.estimate.value < POOR]


def _warnings(comparison: Comparison) -> Iterator[str]:
    failed = [run_name(row) for row in comparison.failed]
    if failed:
        yield (
            f"{len(failed)} of {len(comparison.rows)} runs failed and are in no statistic: "
            f"{_some(failed)}."
        )
    for cell, row in comparison.collapsed:
        yield (
            f"Collapse: {run_name(row)} returned {number(row.mean_return)}, its cell's median is "
            f"{number(float(np.median(cell.returns)))}; yet its reward model predicts "
            f"{row.accuracy:.0%} of held-out labels."
        )
    yield from _about_scores(comparison)
    yield from _about_seeds(comparison.cells)
    yield from _about_settings(comparison)


def _about_scores(comparison: Comparison) -> Iterator[str]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for env_id in comparison.environments:
        found = {algo: why for (env, algo), why in comparison.unscored.items() if env == env_id}
        algos = {cell.algo for cell in comparison.cells if cell.env_id == env_id}
        alike = len(set(found.values())) == 1 and set(found) == algos
        for algo, why in found.items():
            place = env_id if alike else f"{env_id} {algorithm_name(algo)}"
            if place not in reasons[why]:
                reasons[why].append(place)
    for reason, places in reasons.items():
        yield f"No score for {_some(places)}: {reason}."
    scored = {series.title: len(series.scored) for series in comparison.series if series.scored}
    if len(set(scored.values())) > 1:
        few = [name for name, count in scored.items() if count < max(scored.values())]
        yield f"Not over all environments, so not to be held against the others: {_some(few)}."
    if poor := [f"{cell.place} ({decimals(cell.estimate.value)})" for cell in _poor(comparison)]:
        yield f"Little is learned in {_some(poor)}, which a mean over environments may not show."
    for series in comparison.series:
        if series.arm == "shuffled" and series.scored and series.estimate.value > CONTROL:
            yield (
                f"{series.title} score {decimals(series.estimate.value)}: labels that say nothing "
                "teach nearly as much, so the environment's own signals leak the reward."
            )


def _about_seeds(cells: Sequence[Cell]) -> Iterator[str]:
    trained = [cell for cell in cells if cell.arm != "random"]
    few = [cell for cell in trained if len(cell.rows) < FEW_SEEDS]
    if few:
        least = min(len(cell.rows) for cell in few)
        yield (
            f"{len(few)} of {len(trained)} cells have fewer than {FEW_SEEDS} seeds (the fewest: "
            f"{least}): their intervals are too narrow, or missing."
        )
    unspent = [
        f"{cell.place} {cell.name}"
        for cell in trained
        if 0 < np.mean([row.labels_given for row in cell.rows] or [0]) < SPENT * cell.labels
    ]
    if unspent:
        yield f"Not all labels were given in {_some(unspent)}."
    for cell in cells:
        twice = [seed for seed, n in Counter(row.seed for row in cell.rows).items() if n > 1]
        if twice:
            yield (
                f"{cell.place} {cell.name}: seed {_some(map(str, twice))} "
                "occurs more than once; runs of one seed are not independent."
            )


def _about_settings(comparison: Comparison) -> Iterator[str]:
    for cell in comparison.cells:
        tables = [heeded(cell.arm, flat(row.settings)) for row in cell.rows]
        known = set.intersection(*map(set, tables)) if tables else set()  # others are newer
        if names := [name for name in differing(tables) if name in known - {"seed"}]:
            yield (
                f"{cell.place} {cell.name}: the seeds differ in more than the "
                f"seed ({_some(names)})."
            )
    packages = differing([row.versions for row in comparison.rows if row.versions])
    if packages:
        yield f"The runs were made with different versions of {_some(packages)}."
    commits = sorted({row.commit for row in comparison.rows if row.commit})
    if len(commits) > 1:
        yield f"The runs come from {len(commits)} commits: {_some(commits)}."


def _some(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    if len(listed) > NAMED:
        listed = [*listed[:NAMED], f"{len(listed) - NAMED} more"]
    return _and(listed)


def _and(names: Sequence[str]) -> str:
    """Names in a sentence; those with commas of their own are set off by semicolons."""
    comma = "; " if any("," in name for name in names) else ", "
    return names[0] if len(names) == 1 else f"{comma.join(names[:-1])} and {names[-1]}"
