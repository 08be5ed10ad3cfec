"""When labels are asked for: after the warm-up, and then by a schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

from rlhf_gym.basics.checks import check, check_takes
from rlhf_gym.basics.words import near

__all__ = [
    "SCHEDULES",
    "Schedule",
    "ScheduleName",
    "check_schedule",
    "label_target",
    "warm_up_steps",
]

ScheduleName = Literal["hyperbolic", "constant"]
"""The schedules that have a name."""
Schedule: TypeAlias = ScheduleName | Callable[[float], float]
"""When labels are asked for: a name, or the share of all labels wanted at a share of training."""

HYPERBOLIC_HALF = 0.1
"""Share of training after which the hyperbolic rate of asking is half of that at the beginning."""


def hyperbolic(done: float) -> float:
    """Spend at a rate proportional to ``1 / (t + T / 10)`` (Christiano et al. 2017, appendix A).

    Args:
        done: share of the time in which labels are asked for, 0 to 1.

    Returns:
        the share of the labels that are spent by then, 0 to 1.
    """
    return math.log1p(done / HYPERBOLIC_HALF) / math.log1p(1 / HYPERBOLIC_HALF)


def constant(done: float) -> float:
    """Spend at a constant rate."""
    return done


SCHEDULES: dict[str, Callable[[float], float]] = {"hyperbolic": hyperbolic, "constant": constant}
"""The schedules that have a name, of the labels that follow those before training."""


def label_target(
    schedule: Schedule, labels: int, progress: float, *, first_share: float, last_label: float
) -> int:
    """Return how many labels are wanted when a share ``progress`` of training is done.

    The named schedules ask for the first share before training, and for the last label before
    training ends, so that the agent can still learn from it.

    Args:
        schedule: a name, or a function of ``progress`` that gives the share wanted.
        labels: the budget.
        progress: between 0 and 1.
        first_share: share of the labels asked for before training, for the named schedules.
        last_label: share of training at which the last label is asked for, for them too.

    Returns:
        a whole number between 0 and ``labels``; all of them at ``progress = 1``.

    >>> shares = {"first_share": 0.25, "last_label": 0.7}
    >>> [label_target("hyperbolic", 100, p, **shares) for p in (0.0, 0.5, 1.0)]
    [25, 91, 100]
    >>> [label_target("constant", 100, p, **shares) for p in (0.0, 0.5, 1.0)]
    [25, 79, 100]
    """
    progress = min(max(progress, 0.0), 1.0)
    if callable(schedule):
        check_takes("the schedule", schedule, "the share of training")
        share = schedule(progress)
        check("what the schedule gives", float, share)
        if not 0 <= share <= 1:
            raise ValueError(f"the schedule gave {share} at {progress}; it must be within [0, 1]")
    elif schedule in SCHEDULES:
        spent = SCHEDULES[schedule](min(progress / last_label, 1.0))
        share = first_share + (1 - first_share) * spent
    else:
        raise ValueError(
            f"schedule must be {', '.join(map(repr, SCHEDULES))} or a function, but is "
            f"{schedule!r}{near(str(schedule), SCHEDULES)}"
        )
    return labels if progress == 1.0 else math.ceil(labels * float(share) - 1e-9)


def warm_up_steps(asked: int | None, total: int, one_clip: int, in_call: int | None = None) -> int:
    """Return how many steps of the untrained agent come before the first label.

    Args:
        asked: what the user wants; None is a tenth of training, at most 2048 but at least two clips
            of each environment, and in short trainings half of it.
        total: training steps in all.
        one_clip: steps in which every environment makes a clip.
        in_call: those of the first call of ``learn``; by default it is the only one.

    Raises:
        ValueError: if no step is left for training.

    >>> warm_up_steps(None, 100_000, 300), warm_up_steps(None, 1000, 300), warm_up_steps(7, 99, 5)
    (2048, 500, 7)
    """
    in_call = total if in_call is None else in_call
    if asked is None:
        wanted = max(min(2048, total // 10), 2 * one_clip)
        return max(1, min(wanted, max(in_call // 2, one_clip), in_call - 1))
    if asked >= in_call:
        raise ValueError(
            f"warm_up_steps={asked} leaves none of the {in_call} training steps: give fewer, or "
            "train for longer"
        )
    return asked


def check_schedule(schedule: Schedule) -> None:
    """Refuse a schedule that would fail later, by trying it at 21 points.

    Raises:
        ValueError: there is none of that name, it gives no share, or it decreases.
    """
    targets = [
        label_target(schedule, 1000, point / 20, first_share=0.5, last_label=1.0)
        for point in range(21)
    ]
    if targets != sorted(targets):
        raise ValueError(
            "the schedule must not decrease, but of 1000 labels it wants, over training, "
            f"{', '.join(map(str, targets))}"
        )
