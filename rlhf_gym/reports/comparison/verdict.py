"""Say in plain words what a comparison shows, and how far to trust it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from rlhf_gym.basics.words import counted, listed, number
from rlhf_gym.reports.comparison.writing import decimals, run_name
from rlhf_gym.reports.html import Verdict
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.cells import Cell, algorithm_name, labels_in_words
from rlhf_gym.results.series import Series
from rlhf_gym.results.side_by_side import Comparison
from rlhf_gym.runs.config import differing, flat

__all__ = ["FEW_SEEDS", "judge"]

GOOD_LOW = 0.85
"""Score that the lower end of a good interval reaches."""
GOOD = 0.95
"""Score that a good estimate reaches."""
POOR = 0.5
CONTROL = 0.3
"""Score above which shuffled labels teach, although they carry no information."""
FEW_SEEDS = 5
"""Seeds below which a bootstrapped interval is too narrow."""
SPENT = 0.9
"""Share of the budget of labels below which the budget was not spent."""
NAMED = 6
"""Number of names that a sentence lists."""


def judge(comparison: Comparison) -> Verdict:
    """Judge a comparison in words."""
    mains = [comparison.main(algo) for algo in comparison.algorithms]
    taught = [series for series in mains if series.taught and series.scored]
    headline, trust = _scored(comparison, taught) if taught else _unscored(comparison)
    headline += _about_starts(comparison)
    return Verdict(headline, trust, _level(comparison, taught), tuple(_warnings(comparison)))


def _scored(comparison: Comparison, taught: Sequence[Series]) -> tuple[str, str]:
    where = _where(comparison, taught)
    if len(taught) == 1:
        (series,) = taught
        algo, value = algorithm_name(series.algo), series.estimate
        headline = (
            f"{algo} {_taught_by(series)} scores {decimals(value.value)} {where}, "
            "where 1 is what the true reward teaches and 0 is the random policy."
            f"{_worst(taught)}"
        )
        interval = "" if np.isnan(value.low) else _interval(series)
        return headline, f"{interval}{_about_the_control(comparison, taught)}"
    best = sorted(taught, key=lambda series: -series.estimate.value)
    scores = [f"{algorithm_name(series.algo)} {decimals(series.estimate.value)}" for series in best]
    headline = (
        f"Taught by comparisons of clips, agents score {listed(scores)} {where}, where 1 is what "
        "the true reward teaches the same algorithm and 0 is the random policy."
        f"{_worst(taught)}"
    )
    return headline, _about_the_control(comparison, taught)


def _worst(taught: Sequence[Series]) -> str:
    """Name the worst environment and the worst run, which a mean over all may not show."""
    cells = [cell for series in taught for cell in series.scored]
    scores = [
        (float(score), row, cell)
        for cell in cells
        for score, row in zip(cell.values, cell.rows, strict=True)
    ]
    if len(scores) == 1:
        return ""
    score, row, cell = min(scores, key=lambda run: run[0])
    run = f"seed {row.seed}"
    worst = f"({decimals(score)}; true return {number(row.mean_return)})"
    if len(cells) == 1:
        return f" The worst run is {run} {worst}."
    low = min(cells, key=lambda cell: cell.estimate.value)
    return (
        f" The worst environment is {low.place} ({decimals(low.estimate.value)}), the worst run "
        f"{run} of {cell.place} {worst}."
    )


def _where(comparison: Comparison, taught: Sequence[Series]) -> str:
    ids = {cell.env_id for series in taught for cell in series.scored}
    return f"on {ids.pop()}" if len(ids) == 1 else f"over {len(ids)} environments"


def _taught_by(series: Series) -> str:
    who = {"window": " from a person", "person": " from a simulated person"}.get(series.arm, "")
    labels = labels_in_words(series.arm, [cell.labels for cell in series.scored])
    return f"taught with {labels}{who}"


def _interval(series: Series) -> str:
    low, high = decimals(series.estimate.low), decimals(series.estimate.high)
    return f"The 95 % interval of {series.runs} runs is {low} to {high}. "


def _about_the_control(comparison: Comparison, taught: Sequence[Series]) -> str:
    control = _control(comparison)
    if control is None:
        return "There are no runs with shuffled labels, so it is not known what the answers add."
    several = len(_controls(comparison)) > 1
    text = f"With shuffled labels the score is {'at most ' if several else ''}{decimals(control)}"
    if control > CONTROL:
        return f"{text}: much of this is learned without the answers."
    learned = all(series.estimate.value >= POOR for series in taught)
    return f"{text}: it is the answers that teach." if learned else f"{text}."


def _control(comparison: Comparison) -> float | None:
    """Return the highest score of an algorithm with shuffled labels."""
    return max((each.estimate.value for each in _controls(comparison)), default=None)


def _controls(comparison: Comparison) -> list[Series]:
    """Select what learned from shuffled labels and has a score."""
    return [each for each in comparison.series if arm_of(each.arm).shuffled and each.scored]


def _about_starts(comparison: Comparison) -> str:
    """Say so where every run ended no better than its untrained agent."""
    runs = [row for cell in comparison.cells for row in cell.rows]
    starts = comparison.starts
    if runs and all(row.mean_return <= starts.get(row.curve, -np.inf) for row in runs):
        return " No run got better than its untrained agent."
    return ""


def _unscored(comparison: Comparison) -> tuple[str, str]:
    """Describe a comparison without scores by the best true return of each environment."""
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
        f"The best median true return is {_few(texts)}.",
        "True returns are compared as they are: a score needs runs with the true reward and of "
        "the random policy; a benchmark makes both.",
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
    whole = not comparison.failed and not comparison.unequal
    return "good" if good and clean and whole else "mixed"


def _poor(comparison: Comparison) -> list[Cell]:
    """Select the cells that learned little, of algorithms with several environments."""
    mains = [comparison.main(algo) for algo in comparison.algorithms]
    several = [series for series in mains if series.taught and len(series.scored) > 1]
    return [cell for series in several for cell in series.scored if cell.estimate.value < POOR]


def _warnings(comparison: Comparison) -> Iterator[str]:
    failed = [run_name(row) for row in comparison.failed]
    if failed:
        yield (
            f"{len(failed)} of {len(comparison.rows)} runs failed and are in no statistic: "
            f"{_few(failed)}."
        )
    for cell, row in comparison.collapsed:
        yield (
            f"Collapse: {run_name(row)} returned {number(row.mean_return)}, the median of its arm "
            f"is {number(float(np.median(cell.returns)))}; yet its reward model predicts "
            f"{row.accuracy:.0%} of held-out labels."
        )
    for (env_id, *algo), lengths in comparison.unequal.items():
        place = " ".join([env_id, *map(algorithm_name, algo)])
        yield (
            f"{place}: trained for {counted(lengths, 'step')}: arms and runs of different length "
            "are not comparable, as more training alone may be what makes one better."
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
        yield f"No score for {_few(places)}: {reason}."
    scored = {series.title: len(series.scored) for series in comparison.series if series.scored}
    if len(set(scored.values())) > 1:
        few = [name for name, count in scored.items() if count < max(scored.values())]
        yield f"Not comparable with the others, because environments are missing: {_few(few)}."
    if poor := [f"{cell.place} ({decimals(cell.estimate.value)})" for cell in _poor(comparison)]:
        yield f"Little is learned in {_few(poor)}, which a mean over environments may not show."
    for series in _controls(comparison):
        if series.estimate.value > CONTROL:
            yield (
                f"{series.title} score {decimals(series.estimate.value)}: shuffled labels carry no "
                "information, so other signals of the environment leak the reward."
            )


def _about_seeds(cells: Sequence[Cell]) -> Iterator[str]:
    trained = [cell for cell in cells if cell.arm != "random"]
    few = [cell for cell in trained if len(cell.rows) < FEW_SEEDS]
    as_planned = len({len(cell.rows) for cell in trained}) == 1  # the card of seeds says it
    if few and not as_planned:
        least = min(len(cell.rows) for cell in few)
        yield (
            f"{len(few)} of {len(trained)} arms have fewer than {FEW_SEEDS} seeds (the fewest: "
            f"{least}): their intervals are too narrow, or missing."
        )
    unspent = [
        f"{cell.place} {cell.name}"
        for cell in trained
        if cell.rows and np.mean([row.labels_given for row in cell.rows]) < SPENT * cell.labels
    ]
    if unspent:
        yield f"Not all labels were given in {_few(unspent)}."
    for cell in cells:
        twice = [seed for seed, n in Counter(row.seed for row in cell.rows).items() if n > 1]
        if twice:
            yield (
                f"{cell.place} {cell.name}: seed {_few(map(str, twice))} "
                "occurs more than once; runs of one seed are not independent."
            )


def _about_settings(comparison: Comparison) -> Iterator[str]:
    for cell in comparison.cells:
        arm = arm_of(cell.arm)
        tables = [arm.relevant_settings(flat(row.settings)) for row in cell.rows]
        known = set.intersection(*map(set, tables)) if tables else set()  # others are newer
        if names := [name for name in differing(tables) if name in known - {"seed"}]:
            yield (
                f"{cell.place} {cell.name}: the seeds differ in more than the seed ({_few(names)})."
            )
    packages = differing([row.versions for row in comparison.rows if row.versions])
    if packages:
        yield f"The runs were made with different versions of {_few(packages)}."
    commits = sorted({row.commit for row in comparison.rows if row.commit})
    if len(commits) > 1:
        yield f"The runs come from {len(commits)} commits: {_few(commits)}."


def _few(names: Iterable[str]) -> str:
    return listed(names, NAMED)
