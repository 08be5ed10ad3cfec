"""RunLog: what a run tells of itself, to SB3's logger, to the window and to the run folder."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import Logger

from rlhf_gym.clips.observations import Array
from rlhf_gym.feedback import FeedbackStore, Progress
from rlhf_gym.feedback.records import TrainerState
from rlhf_gym.feedback.rounds import RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder

__all__ = ["RunLog"]

PUBLISH_SECONDS = 0.5
MEASURES = ("accuracy", "cross_entropy", "cross_entropy_floor", "disagreement", "correlation")


class RunLog:
    """Counts seconds and learned returns, and tells them and the last round's measures.

    Args:
        store: where the window reads how far training is.
        run: the run folder, or None.
        budget: labels wanted.
        n_envs: number of environments.
    """

    def __init__(
        self, store: FeedbackStore, run: RunFolder | None, budget: int, n_envs: int
    ) -> None:
        self._store, self._run, self._budget = store, run, budget
        self.seconds = {"ask": 0.0, "fit": 0.0, "predict": 0.0, "record": 0.0}
        self.latest: RoundMeasures | None = None
        self._running = np.zeros(n_envs)
        self._learned_returns: deque[float] = deque(maxlen=100)
        self._episodes = 0
        self._written: tuple[int, ...] = ()
        self._published: tuple[str, float] = ("", 0.0)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time within to the seconds of a stage."""
        began = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - began

    def earned(self, rewards: Array) -> None:
        """Count the learned rewards ``(n_envs,)`` of one step."""
        self._running += rewards

    def episodes_ended(self, dones: Array) -> None:
        """Note the learned returns of the episodes that have ended."""
        self._learned_returns.extend(self._running[dones].tolist())
        self._episodes += int(np.sum(dones))
        self._running[dones] = 0.0

    def episode_returned(self, learned_return: float) -> None:
        """Note the learned return of one episode."""
        self._learned_returns.append(learned_return)
        self._episodes += 1

    def round_measured(self, measures: RoundMeasures) -> None:
        """Keep a round's measures, and add them to the run folder."""
        self.latest = measures
        if self._run is not None:
            self._run.append_round(measures.as_json())

    @property
    def learned_return(self) -> float:
        """Mean learned return of the last 100 episodes; NaN before the first has ended."""
        return float(np.mean(self._learned_returns)) if self._learned_returns else math.nan

    def write(self, logger: Logger, *, labels: int, asked: int, round: int) -> None:
        """Record everything with SB3's logger, unless it holds it already.

        Off-policy agents begin a rollout every few steps, and dump what is recorded much later.
        """
        news = (labels, asked, round, self._episodes)
        if news == self._written and "feedback/labels" in logger.name_to_value:
            return
        self._written = news
        logger.record("feedback/labels", labels)
        logger.record("feedback/asked", asked)
        logger.record("feedback/round", round)
        if self._learned_returns:
            logger.record("feedback/learned_return", self.learned_return)
        for name in MEASURES if self.latest is not None else ():
            logger.record(f"feedback/{name}", getattr(self.latest, name))
        for stage, seconds in self.seconds.items():
            logger.record(f"time/feedback_{stage}_seconds", float(np.round(seconds, 2)))

    def publish(
        self, agent: BaseAlgorithm, labels: int, state: TrainerState, error: str = ""
    ) -> None:
        """Tell the window how far training is, at most twice a second."""
        now = time.monotonic()
        recent = now - self._published[1] < PUBLISH_SECONDS
        if self._run is None or (recent and state == self._published[0]):
            return
        self._published = (state, now)
        returns = [episode["r"] for episode in agent.ep_info_buffer or ()]
        accuracy = self.latest.accuracy if self.latest is not None else math.nan
        self._store.publish(
            Progress(
                agent_step=agent.num_timesteps,
                total_steps=agent._total_timesteps,
                labels=labels,
                budget=self._budget,
                true_return=float(np.mean(returns)) if returns else None,
                accuracy=None if math.isnan(accuracy) else accuracy,
                state=state,
                error=error,
            )
        )

    def state(self) -> dict[str, Any]:
        """What `load_state` needs, as plain data."""
        return {
            "seconds": self.seconds,
            "running": self._running.tolist(),
            "learned_returns": list(self._learned_returns),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.seconds = state["seconds"]
        self._running[:] = state["running"]
        self._learned_returns.extend(state["learned_returns"])
