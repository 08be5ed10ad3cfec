"""Status: the live numbers of a run, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from rlhf_gym.feedback.store_records import TRAINER_SILENT_SECONDS
from rlhf_gym.labelling.ending import Ending

__all__ = ["Status"]


@dataclass(frozen=True)
class Status:
    """The live numbers, read from the store about twice a second.

    Attributes:
        labels: stored answers that count for the budget.
        budget: labels the trainer asked for, or None if it did not say.
        ready: open queries whose clips are drawn.
        open: open queries.
        agent_step: steps of the agent so far.
        total_steps: steps planned, or None.
        true_return: mean true return of recent episodes, or None if unknown.
        accuracy: held-out accuracy of the reward model in [0, 1], or None.
        trainer: what the trainer does, by its last report; ``""`` before the first.
        silent_seconds: time since its last sign of life, or None if there was none.
        error: what went wrong, by the trainer's report.
        awaited: answers in all that the trainer waits for, 0 while it waits for none.
        ending: what is known of a training that is done, else None.
        doing: what takes the trainer long at present, and how far it is, else ``""``.
        shared: whether somebody else holds queries at this moment.
    """

    labels: int = 0
    budget: int | None = None
    ready: int = 0
    open: int = 0
    agent_step: int = 0
    total_steps: int | None = None
    true_return: float | None = None
    accuracy: float | None = None
    trainer: str = ""
    silent_seconds: float | None = None
    error: str = ""
    awaited: int = 0
    ending: Ending | None = None
    doing: str = ""
    shared: bool = False

    @property
    def spent(self) -> bool:
        """Whether all labels of the budget are given."""
        return self.budget is not None and self.labels >= self.budget

    @property
    def finished(self) -> bool:
        """Whether no further label is wanted; a stopped training wants them when it goes on."""
        return self.spent or self.trainer == "done"

    @property
    def runs(self) -> bool:
        """Whether the trainer works now, as far as is known."""
        return self.trainer not in ("done", "stopped") and not (self.gone or self.error)

    @property
    def wants_answers(self) -> bool:
        """Whether there are pairs to answer, or may be some soon."""
        return not self.finished and (self.open > 0 or self.runs)

    @property
    def gone(self) -> bool:
        """Whether the trainer has gone silent before it finished."""
        silent = (self.silent_seconds or 0.0) > TRAINER_SILENT_SECONDS
        return silent and self.trainer not in ("done", "stopped")
