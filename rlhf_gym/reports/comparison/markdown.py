"""A comparison as Markdown, for a readme or a paper."""

from __future__ import annotations

from collections.abc import Iterator

from rlhf_gym.reports.comparison import tables
from rlhf_gym.reports.html import Verdict
from rlhf_gym.results.side_by_side import Comparison

__all__ = ["markdown"]

SCORE = (
    "Interquartile mean over seeds with its 95 % stratified bootstrap interval (Agarwal et al. "
    "2021). A score of 0 is the random policy, 1 the median of agents trained with the true "
    "reward; “return” marks a true return that could not be made a score. A number in brackets "
    "counts the labels of that environment."
)


def markdown(comparison: Comparison, verdict: Verdict, command: str = "") -> str:
    """Write the verdict and all tables that have rows."""
    return "\n\n".join(_parts(comparison, verdict, command)) + "\n"


def _parts(comparison: Comparison, verdict: Verdict, command: str) -> Iterator[str]:
    yield f"**{verdict.headline}** {verdict.trust}"
    first, *others = ((title, made(comparison)) for title, made in tables.TITLED.items())
    yield first[1].markdown()
    yield SCORE
    if how := tables.measured(comparison):
        yield how
    if command:
        yield f"```\n{command}\n```"
    if verdict.warnings:
        yield "\n".join(f"- {warning}" for warning in verdict.warnings)
    for title, table in others:
        if table.rows:
            yield f"### {title}"
            yield table.markdown()
