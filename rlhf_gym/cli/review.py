"""`rlhf-gym label RUN --review`: go through given answers again, the disputed ones first."""

from __future__ import annotations

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted
from rlhf_gym.feedback import FeedbackStore
from rlhf_gym.feedback.judgement import Preference
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.disputed import disputed_queries

__all__ = ["answers_of", "queries_to_review_first", "what_changed"]


def answers_of(run: RunFolder, annotator: str) -> dict[int, Preference]:
    """Return the answers of an annotator that are in force, by query."""
    with FeedbackStore.open(run.store) as store:
        current = store.current()
    said = {query: {j.annotator: j.preference for j in given} for query, given in current.items()}
    return {query: given[annotator] for query, given in said.items() if annotator in given}


def queries_to_review_first(run: RunFolder, annotator: str) -> list[int]:
    """Return the queries that a review begins with: those that the reward model disputes.

    Raises:
        ValueError: the annotator has given no answer; the message names those who have.
    """
    if not answers_of(run, annotator):
        with FeedbackStore.open(run.store) as store:
            given = [j.annotator for judgements in store.current().values() for j in judgements]
        others = ", ".join(sorted(set(given)))
        known = f"those in it are by {others}: say --annotator NAME" if others else "it has none"
        raise ValueError(f"{annotator} has given no answers in {run.path}: {known}")
    return disputed_queries(run, annotator)


def what_changed(run: RunFolder, annotator: str, before: dict[int, Preference]) -> str:
    """Say how many answers a review has changed, and when they count."""
    now = answers_of(run, annotator)
    changed = sum(before.get(query) is not said for query, said in now.items())
    changed += len(before.keys() - now.keys())
    if not changed:
        return f"none of {counted(len(before), 'answer')} changed; they are in {run.store}"
    with FeedbackStore.open(run.store) as store:
        progress = store.progress()
    text = f"{changed} of {counted(len(before), 'answer')} changed; they are in {run.store}\n"
    again = f"{program()} train --resume {run.path}"
    if progress is not None and progress.state == "done":
        more = 2 * progress.total_steps
        return f"{text}they count when the run is trained further: {again} --steps {more}"
    return f"{text}a run that trains learns from them now; one that has stopped, with: {again}"
