"""What the trainer does now, in words: how far it is, what it waits for, how long it takes."""

from __future__ import annotations

from rlhf_gym.basics.words import counted
from rlhf_gym.labelling.state import State, Status

__all__ = ["failed_words", "minutes_left", "process_line", "time_left"]

_WORDS = {
    "": "the trainer is starting",
    "starting": "the training is starting",
    "warming up": "the agent is trying things out",
    "first labels": "training starts",
    "done": "training is done",
}


def process_line(state: State) -> str:
    """Say in a few words where the training is.

    >>> first = Status(labels=18, trainer="first labels", awaited=25)
    >>> process_line(State("ada", status=first))
    '7 more until training starts'
    >>> process_line(State("ada", status=Status(trainer="training", open=4, ready=3)))
    'training, 3 pairs ahead'
    """
    status = state.status
    if status.error:
        return failed_words(status)
    missing = status.awaited - status.labels
    if status.trainer == "stopped":
        return _paused(status)
    if status.gone:
        return "the trainer is not running"
    if status.trainer == "first labels" and missing > 0:
        return f"{missing:,} more until training starts"
    if status.trainer == "waiting" and not state.left:
        return _waits_for(max(missing, 1), last=status.awaited == status.budget)
    if status.trainer in _WORDS:
        return _WORDS[status.trainer]
    left = time_left(state)
    return ", ".join(filter(None, ("training", _ahead(state), left)))


def _ahead(state: State) -> str:
    """Say how many pairs can be shown; those that are not drawn yet cannot."""
    status = state.status
    if status.spent or state.left or not status.open:
        return ""
    return f"{counted(status.ready, 'pair')} ahead" if status.ready else "drawing the next pairs"


def failed_words(status: Status) -> str:
    """Say how far a training came that has failed.

    >>> failed_words(Status(agent_step=35_000, total_steps=100_000, error="no disk"))
    'training failed at 35%'
    """
    begun = status.awaited <= status.labels and status.agent_step and status.total_steps
    return f"training failed at {_share(status)}" if begun else "training failed before it began"


def _waits_for(missing: int, last: bool) -> str:
    if not last:
        return f"training waits for {counted(missing, 'answer')}"
    if missing == 1:
        return "the last answer: training goes on after it"
    return f"the last {missing:,} answers: training goes on after them"


def time_left(state: State) -> str:
    """Say how long training takes from here on, or nothing where that cannot be known yet."""
    minutes = minutes_left(state)
    if minutes is None:
        return ""
    if minutes < 1:
        return "less than a minute left"
    if minutes < 90:
        return f"about {round(minutes)} min left"
    return f"about {round(minutes / 60)} hours left"


def minutes_left(state: State) -> float | None:
    """Estimate the minutes of training until the last step, None where they cannot be known yet.

    What a person takes for their answers is not in them.
    """
    status = state.status
    return (
        state.pace.minutes(status.total_steps - status.agent_step) if status.total_steps else None
    )


def _paused(status: Status) -> str:
    """Say how far a stopped training is; before the first labels it has not begun."""
    if not status.awaited:
        return f"training is paused at {_share(status)}"
    missing = status.awaited - status.labels
    if missing <= 0:
        return "training starts when the run goes on"
    return f"training has not begun; {counted(missing, 'answer')} until it starts"


def _share(status: Status) -> str:
    return f"{status.agent_step / status.total_steps:.0%}" if status.total_steps else "a checkpoint"
