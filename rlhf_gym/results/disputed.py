"""Disputed answers: those that the reward model of a run contradicts."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

from rlhf_gym.basics.faults import FAULTS, first_line
from rlhf_gym.feedback import StoreError
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.results.answers import Answer, read_answers

__all__ = ["disputed_queries", "most_disputed", "prediction_of"]


def most_disputed(answers: Sequence[Answer], count: int | None = None) -> list[Answer]:
    """Select the answers that the reward model contradicts, the most contradicted first.

    It contradicts an answer if it finds another one more probable. Without predictions, the queries
    with the highest scores are selected.

    Args:
        answers: of any people.
        count: number of them at most; by default all.
    """
    asked = [answer for answer in answers if answer.purpose != "practice"]
    if any(answer.predicted is not None for answer in asked):
        asked = [answer for answer in asked if answer.contradicted]
    return sorted(asked, key=lambda answer: (-answer.dispute, -answer.score))[:count]


def disputed_queries(run: RunFolder, annotator: str) -> list[int]:
    """Return the queries where the reward model contradicts an annotator, the most disputed first.

    There are none before the first checkpoint, or where the reward model cannot be read.
    """
    predict = prediction_of(run)
    if predict is None:
        return []
    answers = read_answers(run.store, predict).answers
    mine = [answer for answer in answers if answer.judgement.annotator == annotator]
    return [answer.judgement.query for answer in most_disputed(mine) if answer.contradicted]


def prediction_of(run: RunFolder) -> Callable[[Query], float] | None:
    """Return how the run's reward model predicts that a query's first clip is better.

    None before the first checkpoint, or where the reward model cannot be read.
    """
    if not (run.checkpoint / "reward_model.pt").is_file():
        return None
    from rlhf_gym.runs.reward import load_reward_model  # slow to import, and seldom needed

    try:
        return load_reward_model(run).predict_preference
    except (ValueError, OSError, StoreError):  # half written, or a user's own model
        return None
    except FAULTS as error:  # of the environment: a package that is not there, or a bug
        warnings.warn(
            f"there are no predictions of the reward model: {first_line(error)}", stacklevel=3
        )
        return None
