"""Records of a store besides clips, queries and judgements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "TRAINER_SILENT_SECONDS",
    "Counts",
    "EnvironmentRecord",
    "Media",
    "Progress",
    "TrainerState",
]

TRAINER_SILENT_SECONDS = 30.0
"""Seconds without a word after which a trainer counts as dead."""

TrainerState = Literal["warming up", "first labels", "training", "waiting", "done", "stopped"]
"""What the trainer does; before "training" it waits for the first labels."""


@dataclass(frozen=True)
class EnvironmentRecord:
    """The environment that the queries of a store are about.

    Attributes:
        env_id: its Gymnasium id.
        spec_json: Gymnasium's JSON of its specification, from which it is built again to draw
            clips; empty where there is none.
        fps: frames a second at which its clips are played.
        goal: what the agent should do, in one or two sentences.
        tie_breaker: what decides between two clips that seem equal.
        observation_space: the space, as text.
        action_space: the space, as text.
    """

    env_id: str
    spec_json: str = ""
    fps: float = 30.0
    goal: str = ""
    tie_breaker: str = ""
    observation_space: str = ""
    action_space: str = ""


@dataclass(frozen=True)
class Media:
    """A drawn and encoded clip.

    Attributes:
        path: the video file, relative to the run folder.
        width: pixels.
        height: pixels.
        fps: frames a second.
        frames: number of frames.
    """

    path: str
    width: int
    height: int
    fps: float
    frames: int


@dataclass(frozen=True)
class Counts:
    """How many queries there are; ``asked = answered + open + withdrawn``.

    Attributes:
        asked: all queries.
        answered: those with a judgement in force, by any annotator.
        labels: those of the answered ones that count for the budget: neither "can't tell" alone nor
            a pair that is shown again.
        ties: those with "about the same" in force.
        cannot_tell: those with "can't tell" in force.
        open: neither answered nor withdrawn.
        ready: the open ones whose clips are both drawn.
        withdrawn: withdrawn before anybody answered.
    """

    asked: int = 0
    answered: int = 0
    labels: int = 0
    ties: int = 0
    cannot_tell: int = 0
    open: int = 0
    ready: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class Progress:
    """How far the trainer is: published by it, shown by the window.

    Attributes:
        agent_step: training steps taken.
        total_steps: training steps wanted.
        labels: answers that the reward model learns from.
        budget: answers wanted.
        true_return: mean true return of recent episodes, None where unknown.
        accuracy: of the reward model on held-out judgements, None where unknown.
        state: what the trainer does.
        error: why it stopped, empty where all is well.
        awaited: answers in all that it waits for, 0 while it waits for none.
        heartbeat: Unix time in seconds of the publication; the store fills it in.
    """

    agent_step: int
    total_steps: int
    labels: int
    budget: int
    true_return: float | None = None
    accuracy: float | None = None
    state: TrainerState = "training"
    error: str = ""
    heartbeat: float = 0.0
    awaited: int | None = None

    @property
    def failure(self) -> str:
        """The error with which the training ended; empty where it has not, or was stopped."""
        return self.error if self.state == "stopped" else ""
