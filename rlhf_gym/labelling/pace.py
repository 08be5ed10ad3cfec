"""Pace: how fast the trainer trains, as far as a window has seen it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rlhf_gym.labelling.status import Status

__all__ = ["Pace"]

MEASURED_SECONDS = 20.0
"""Seconds of training, at least, from which the time left is estimated."""


@dataclass(frozen=True)
class Pace:
    """Steps of the agent, and the time they took; time in which training waits does not count.

    Attributes:
        seconds: of training up to the newest step that was read.
        steps: taken in this time.
        since: seconds of training since then; an on-policy agent's steps are told by rollouts.
        read: monotonic seconds at which the status was read last, None before.

    Example:
        >>> pace, trains = Pace(), Status(agent_step=1000, trainer="training")
        >>> waits = Status(agent_step=1500, trainer="waiting")
        >>> for now, (before, after) in [(0, (waits, trains)), (50, (trains, waits))]:
        ...     pace = pace.read_at(now, before, after)
        >>> pace.read_at(900, waits, trains).minutes(6000)  # ten steps a second
        10.0
    """

    seconds: float = 0.0
    steps: int = 0
    since: float = 0.0
    read: float | None = None

    def read_at(self, now: float, before: Status, after: Status) -> Pace:
        """Return the pace once ``after`` is read at ``now``, where ``before`` was read before."""
        pace = replace(self, read=now)
        steps = after.agent_step - before.agent_step
        trained = before.trainer == "training" and not (before.gone or after.gone)
        if self.read is None or not trained or steps < 0:
            return replace(pace, since=0.0)
        since = self.since + now - self.read
        if steps == 0:
            return replace(pace, since=since)
        return replace(pace, seconds=self.seconds + since, steps=self.steps + steps, since=0.0)

    def minutes(self, steps: int) -> float | None:
        """Estimate the minutes that ``steps`` more take, None where too little was seen."""
        if self.seconds < MEASURED_SECONDS:
            return None
        return max(steps, 0) * self.seconds / self.steps / 60
