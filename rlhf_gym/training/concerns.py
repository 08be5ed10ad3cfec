"""What a training warns of: answers that are missing, and answers that teach nothing."""

from __future__ import annotations

import warnings

from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import counted
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["warn_of_guessing", "warn_of_missing_labels"]


def warn_of_guessing(measures: RoundMeasures, run: RunFolder | None) -> None:
    """Warn that held-out answers are not clearly predicted better than by guessing.

    Args:
        measures: of the round after which it is so.
        run: the run folder, where a person can look at their answers again.
    """
    again = f" (`{program()} label {run.path} --review`)" if run is not None else ""
    warnings.warn(
        f"after {counted(measures.labels, 'label')}, {measures.accuracy:.0%} of the answers that "
        "the reward model has not learned from are predicted, hardly more than by guessing: they "
        "contradict each other, or follow something that the agent cannot see, so that it may "
        f"learn something else; look at them again{again}, or give more",
        stacklevel=2,
    )


def warn_of_missing_labels(given: int, wanted: int) -> None:
    """Warn if fewer labels were given than wanted."""
    if given < wanted:
        warnings.warn(
            f"{given:,} of {wanted:,} labels were given: the teacher skipped the others, or "
            "training was too short for clips to ask about",
            stacklevel=3,
        )
