"""SpareTime: work that is done bit by bit while a training waits for a person."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Generator
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.agents.random_states import (
    kept_random_states,
    random_states,
    set_random_states,
    set_torch_random_states,
    torch_random_states,
)
from rlhf_gym.clips.rendering import off_screen
from rlhf_gym.feedback import FeedbackStore

__all__ = ["SpareTime", "frozen_copy"]


def frozen_copy(agent: BaseAlgorithm) -> BaseAlgorithm:
    """Return an agent that acts as this one does now, whatever this one learns later."""
    frozen = copy.copy(agent)
    frozen.policy = copy.deepcopy(agent.policy)
    frozen.action_space = copy.deepcopy(agent.action_space)
    return frozen


class SpareTime:
    """Work of which a bit is done at a time, with random numbers of its own.

    Its results are those that it would have if it was done at once, and what it interrupts draws
    the random numbers that it would have drawn without it.

    Args:
        steps: the work; yields after each step how much of it is done, in a unit of its own.
        agent: acts in it, and in nothing else.

    Attributes:
        done: whether nothing of it is left.
    """

    def __init__(self, steps: Generator[int, None, Any], agent: BaseAlgorithm) -> None:
        self._steps, self._agent = steps, agent
        self._states: tuple[dict[str, Any], dict[str, Any]] | None = None
        self.done = False

    def work(self, seconds: float) -> None:
        """Work for about this long, at least for one step, or until all is done."""
        self._work(seconds, lambda done: None)

    def spend(self, store: FeedbackStore, seconds: float) -> None:
        """Work for about this long, or sleep while clips of the store are to be drawn."""
        counts = store.counts()
        if self.done or not counts.ready or counts.ready < counts.open:
            time.sleep(seconds)
        else:
            self.work(seconds)

    def finish(self, progress: Callable[[int], None]) -> None:
        """Do what is left, and tell after each step how much is done."""
        self._work(math.inf, progress)

    def _work(self, seconds: float, progress: Callable[[int], None]) -> None:
        if self.done:
            return
        until = time.monotonic() + seconds
        with kept_random_states(self._agent), off_screen():
            if self._states is not None:
                set_random_states(self._agent, self._states[0])
                set_torch_random_states(self._states[1])
            for done in self._steps:
                progress(done)
                if time.monotonic() >= until:
                    break
            else:
                self.done = True
            self._states = random_states(self._agent), torch_random_states()

    def close(self) -> None:
        """Leave off, whatever is left."""
        with kept_random_states(self._agent):
            self._steps.close()
