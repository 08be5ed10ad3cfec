"""What the trainer does now, in words: how far it is, what it waits for, how long it takes."""

from __future__ import annotations

from rlhf_gym.basics.words import counted
from rlhf_gym.labelling.state import State, Status

__all__ = ["minutes_left", "process_line", "time_left"]

MEASURED_SECONDS = 20.0
"""Seconds of training, at least, from which the time left is estimated."""

_WORDS = {
    "": "the trainer is starting",
    "starting": "the training is starting",
    "warming up": "the agent is trying things out",
    "done": "training is done",
}


def process_line(state: State) -> str:
    """Say in a few words where the training is.

    >>> first = Status(labels=18, trainer="first labels", awaited=25)
    >>> process_line(State("ada", status=first))
    '7 more until training starts'
    >>> process_line(State("ada", status=Status(trainer="training", open=4)))
    'training, 4 pairs ahead'
    """
    status = state.status
    if status.error:
        return "the trainer has stopped"
    if status.trainer == "stopped" and status.awaited > status.labels:
        return f"training is paused, {status.awaited - status.labels:,} more answers until it starts"
    if status.trainer == "stopped":
        return f"training is paused at {_share(status)}"
    if status.gone:
        return "the trainer is not running"
    if status.trainer == "first labels" and status.awaited > status.labels:
        return f"{status.awaited - status.labels:,} more until training starts"
    if status.trainer == "waiting" and not state.left:
        missing = max(status.awaited - status.labels, 1)
        if status.awaited == status.budget:
            last = "answer" if missing == 1 else f"{missing:,} answers"
            return f"the last {last}: training goes on after {'it' if missing == 1 else 'them'}"
        return f"training waits for {counted(missing, 'answer')}"
    if status.trainer in _WORDS:
        return _WORDS[status.trainer]
    ahead = 0 if status.spent or state.left else status.open
    pairs = f"training, {counted(ahead, 'pair')} ahead" if ahead else "training"
    left = time_left(state)
    return f"{pairs}, {left}" if left else pairs


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
    """Estimate the minutes until the last step, from the pace since this window saw a step."""
    status, began = state.status, state.first_step
    if began is None or not status.total_steps:
        return None
    seconds, steps = state.last_step[0] - began[0], status.agent_step - began[1]
    if seconds < MEASURED_SECONDS or steps <= 0:
        return None
    return max(status.total_steps - status.agent_step, 0) * seconds / steps / 60


def _share(status: Status) -> str:
    return f"{status.agent_step / status.total_steps:.0%}" if status.total_steps else "a checkpoint"
