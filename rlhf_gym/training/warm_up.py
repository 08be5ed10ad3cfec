"""The warm-up: the untrained agent acts before its training begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.agents.untrained import act_untrained
from rlhf_gym.clips.observations import Array
from rlhf_gym.training.log import RunLog

__all__ = ["WarmUp", "warm_up_steps"]


def warm_up_steps(asked: int | None, total: int, one_clip: int) -> int:
    """Return how many steps of the untrained agent come before training.

    Args:
        asked: what the user wants; None is a tenth of training, at most 2048 but at least two clips
            of each environment, and in short trainings half of it.
        total: training steps in all.
        one_clip: steps in which every environment makes a clip.

    Raises:
        ValueError: if no step is left for training.

    >>> warm_up_steps(None, 100_000, 300), warm_up_steps(None, 1000, 300), warm_up_steps(7, 99, 5)
    (2048, 500, 7)
    """
    if asked is None:
        wanted = max(min(2048, total // 10), 2 * one_clip)
        return max(1, min(wanted, max(total // 2, one_clip), total - 1))
    if asked >= total:
        raise ValueError(
            f"warm_up_steps={asked} leaves none of the {total} training steps: give fewer, or "
            "train for longer"
        )
    return asked


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

    def run(
        self,
        agent: BaseAlgorithm,
        log: RunLog,
        after_step: Callable[[Array, list[dict[str, Any]]], None],
        stopping: Callable[[], bool],
    ) -> None:
        """Let the agent act until enough steps are taken, or training is to stop.

        Args:
            agent: its ``learn`` has been set up.
            log: where the window reads what goes on.
            after_step: called with the dones ``(n_envs,)`` and infos of each step.
            stopping: whether training is to stop.
        """
        wanted = warm_up_steps(self._asked, agent._total_timesteps, self._one_clip)
        while self.taken < wanted and not stopping():
            log.publish(agent, 0, "warming up")
            after_step(*act_untrained(agent))
            self.taken += self._n_envs
        self.done = not stopping()

    def state(self) -> dict[str, Any]:
        """Return how far it is."""
        return {"taken": self.taken, "done": self.done}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.taken, self.done = state["taken"], state["done"]
