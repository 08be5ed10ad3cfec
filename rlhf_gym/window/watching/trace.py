"""Trace: the rewards of an agent that is being watched, step by step."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Moment", "Trace", "ticks"]

LENGTH = 240
"""Steps in view."""


@dataclass(frozen=True)
class Moment:
    """One step of an agent in its environment.

    Attributes:
        frame: ``(height, width, 3)`` uint8, what was seen before the step.
        learned: the learned reward of the step.
        members: ``(members,)`` the same by each member of the ensemble, in the same unit.
        true: the true reward of the step.
        ended: whether the episode ended with the step.
        last: what was seen after the step, where it ended the episode, or None.
        end: how it ended, in words.
        mission: what the environment asks for in this episode, ``""`` for nothing.
    """

    frame: npt.NDArray[np.uint8]
    learned: float
    members: npt.NDArray[np.float32]
    true: float
    ended: bool = False
    last: npt.NDArray[np.uint8] | None = None
    end: str = ""
    mission: str = ""


@dataclass
class Trace:
    """The newest steps, and the sums of the episode that runs.

    Attributes:
        learned: learned rewards of the newest steps.
        low: the lowest prediction of a member of the ensemble for each.
        high: the highest.
        starts: whether each of them began an episode.
        episode: number of the episode, from 1.
        step: steps of the episode so far.
        learned_return: sum of its learned rewards.
        true_return: sum of its true rewards.
        finished: (learned, true) return of each episode that ended.
        frame: the newest picture.
        end: how the episode has ended, in words; ``""`` while it goes on.
        mission: what is asked for in it.
    """

    learned: deque[float] = field(default_factory=lambda: deque(maxlen=LENGTH))
    low: deque[float] = field(default_factory=lambda: deque(maxlen=LENGTH))
    high: deque[float] = field(default_factory=lambda: deque(maxlen=LENGTH))
    starts: deque[bool] = field(default_factory=lambda: deque(maxlen=LENGTH))
    episode: int = 0
    step: int = 0
    learned_return: float = 0.0
    true_return: float = 0.0
    finished: list[tuple[float, float]] = field(default_factory=list)
    frame: npt.NDArray[np.uint8] | None = None
    end: str = ""
    mission: str = ""
    _fresh: bool = True

    def add(self, moment: Moment) -> None:
        """Take a step in."""
        if self._fresh:
            self.episode += 1
            self.step, self.learned_return, self.true_return = 0, 0.0, 0.0
        self.starts.append(self._fresh)
        self.learned.append(moment.learned)
        self.low.append(float(moment.members.min()))
        self.high.append(float(moment.members.max()))
        self.step += 1
        self.learned_return += moment.learned
        self.true_return += moment.true
        self.frame = moment.frame if moment.last is None else moment.last
        self.end, self.mission = moment.end, moment.mission
        self._fresh = moment.ended
        if moment.ended:
            self.finished.append((self.learned_return, self.true_return))

    def span(self) -> tuple[float, float]:
        """The least and the most to show, at least 2 apart and with the zero in view."""
        if not self.learned:
            return -1.0, 1.0
        low, high = min(0.0, *self.low), max(0.0, *self.high)
        spare = max(0.08 * (high - low), (2.0 - (high - low)) / 2, 0.0)
        return low - spare, high + spare


def ticks(low: float, high: float) -> list[float]:
    """Return three to six round numbers between two, zero among them if it lies there.

    >>> ticks(-3.42, 2.42), ticks(-0.1, 2.1)
    ([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0], [0.0, 1.0, 2.0])
    """
    decade = 10.0 ** math.floor(math.log10(max(high - low, 1e-9)))
    sizes = (decade * share for share in (1.0, 0.5, 0.2, 0.1))
    size = next(size for size in sizes if math.floor(high / size) - math.ceil(low / size) >= 2)
    return [round(k * size, 9) for k in range(math.ceil(low / size), math.floor(high / size) + 1)]
