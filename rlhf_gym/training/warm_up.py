"""The warm-up: the untrained agent acts before its training begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym.agents.untrained import act_untrained
from rlhf_gym.basics.words import counted
from rlhf_gym.queries.schedule import warm_up_steps
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.updates import has_updates

__all__ = ["WarmUp"]

MANY_STEPS = 10**12
"""Training steps with which an agent learns, if it learns at all."""


class WarmUp:
    """Lets the untrained agent act, so that there are clips to ask about.

    Attributes:
        taken: number of steps so far; they are training steps.
        done: whether it is over.
    """

    def __init__(self, asked: int | None, one_clip: int, n_envs: int) -> None:
        """Plan it, see `warm_up_steps`; one environment makes a clip in ``one_clip`` steps."""
        self._asked, self._one_clip, self._n_envs = asked, one_clip * n_envs, n_envs
        self.taken = 0
        self.done = False

    def check(self, agent: BaseAlgorithm, in_call: int, total: int) -> None:
        """Refuse a training that is too short for clips to ask about, or to change the agent.

        Args:
            agent: as it is before the warm-up, or in it.
            in_call: training steps in this call of ``learn``.
            total: training steps in all; with fewer in this call, others may change the agent.

        Raises:
            ValueError: it is too short; the message names a number of steps that is enough.
        """
        if self.done or in_call <= 0:
            return
        taken = self._steps(total, in_call)
        learns = in_call >= total and self._changes(agent, MANY_STEPS, 1)
        if self._asked is None and taken < self._one_clip:
            each = f" in each of {self._n_envs:,} environments" if self._n_envs > 1 else ""
            why = f"for one clip{each}"
        elif learns and not self._changes(agent, in_call, 1):
            why = "for an update that changes the agent"
        else:
            return
        fewest = self._fewest(agent, 2 if learns else 0)
        are = f"{counted(in_call, 'step')} {'is' if in_call == 1 else 'are'}"
        raise ValueError(f"{are} too few {why}: give at least {fewest} steps")

    def _steps(self, total: int, in_call: int | None = None) -> int:
        """Return how many steps the warm-up takes; all environments take one at a time."""
        wanted = warm_up_steps(self._asked, total, self._one_clip, in_call)
        return math.ceil(wanted / self._n_envs) * self._n_envs

    def _changes(self, agent: BaseAlgorithm, steps: int, updates: int) -> bool:
        begin = agent.num_timesteps - self.taken
        return has_updates(agent, begin + self._steps(steps), begin + steps, updates)

    def _fewest(self, agent: BaseAlgorithm, updates: int) -> int:
        """Return a number of training steps with clips to ask about and so many updates."""
        few, enough = max(self._asked or 0, self._one_clip), MANY_STEPS
        while few + 1 < enough:
            middle = (few + enough) // 2
            if self._changes(agent, middle, updates):
                enough = middle
            else:
                few = middle
        return enough

    def run(
        self,
        agent: BaseAlgorithm,
        callback: BaseCallback,
        log: RunLog,
        stopping: Callable[[], bool],
    ) -> None:
        """Let the agent act, unless it has, until enough steps are taken or training is to stop.

        Args:
            agent: its ``learn`` has been set up.
            callback: of ``learn``; it gets each step as it gets those of rollouts.
            log: knows the training steps in all; the window reads there what goes on.
            stopping: whether training is to stop.
        """
        work = log.work()

        def after_step(variables: dict[str, Any]) -> bool:
            self.taken += self._n_envs
            work.reach(self.taken)
            log.publish(agent, 0, "warming up")  # one call of the agent may take minutes
            callback.update_locals(variables)
            return callback.on_step()

        if self.done:
            return
        in_call = agent._total_timesteps - agent.num_timesteps + self.taken
        wanted = warm_up_steps(self._asked, log.total, self._one_clip, in_call)
        work.begin("the agent is trying things out")
        work.expect(wanted, "steps")
        log.publish(agent, 0, "warming up")
        with work:
            while self.taken < wanted and not stopping():
                if not act_untrained(agent, after_step):
                    return
        self.done = not stopping()

    def state(self) -> dict[str, Any]:
        """Return how far it is."""
        return {"taken": self.taken, "done": self.done}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.taken, self.done = state["taken"], state["done"]
