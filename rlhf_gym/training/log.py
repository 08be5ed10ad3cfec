"""RunLog: what a run reports, to SB3's logger, to the window and to the run folder."""

from __future__ import annotations

import math
import time
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import CSVOutputFormat, Logger

from rlhf_gym.basics.long_work import LongWork
from rlhf_gym.clips.observations import Array
from rlhf_gym.feedback import DiskFull, FeedbackStore, Progress, StoreLocked
from rlhf_gym.feedback.rounds import TELLING_LABELS, RoundMeasures
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.store_records import TrainerState
from rlhf_gym.feedback.told_work import told_work

__all__ = ["FolderOutput", "RunLog", "say_how_to_go_on"]

PUBLISH_SECONDS = 0.5
"""Seconds, at least, between two reports of the same state to the window."""
RETRY_SECONDS = 30.0
"""Seconds after which a store that was locked or full is told again."""
EPISODES = 100
"""Number of newest episodes over which the learned return is averaged, as SB3 does."""
MEASURES = ("accuracy", "cross_entropy", "cross_entropy_floor", "disagreement", "correlation")
"""Fields of `RoundMeasures` that are logged."""


class RunLog:
    """Counts steps, seconds and learned returns, and reports them with the last round's measures.

    Attributes:
        taken: training steps so far, over all calls of ``learn``.
        total: training steps in all, as far as is known.
        seconds: spent so far, by stage.
        latest: measures of the last round, or None before the first.
        run: the run folder; None where nothing is kept.
    """

    def __init__(
        self, store: FeedbackStore, run: RunFolder | None, budget: int, n_envs: int
    ) -> None:
        """Begin with nothing counted; ``budget`` is the number of labels wanted."""
        self.run, self._store, self._budget = run, store, budget
        self.taken = self.total = 0
        self.seconds = {"ask": 0.0, "fit": 0.0, "predict": 0.0, "record": 0.0}
        self.latest: RoundMeasures | None = None
        self._earlier, self._began = 0.0, math.nan
        self._earned = np.zeros(n_envs)
        self._learned_returns: deque[float] = deque(maxlen=EPISODES)
        self._episodes = 0
        self._written: tuple[int, ...] = ()
        self._published: tuple[str, float] = ("", 0.0)
        self._retry_at = 0.0

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time spent within the context to the seconds of a stage."""
        began = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - began

    def begin(self) -> None:
        """Start the clock of a ``learn``."""
        self._began = time.perf_counter()

    def end(self) -> None:
        """Stop the clock of a ``learn``."""
        self._earlier, self._began = self._wall_seconds, math.nan

    @property
    def _wall_seconds(self) -> float:
        """Wall time of training so far, over all calls of ``learn``."""
        running = 0.0 if math.isnan(self._began) else time.perf_counter() - self._began
        return self._earlier + running

    def work(self) -> LongWork:
        """Return work that is told in the terminal and in the window."""
        return told_work(self.run)

    def earned(self, rewards: Array) -> None:
        """Count the learned rewards ``(n_envs,)`` of one step."""
        self._earned += rewards

    def episodes_ended(self, dones: Array) -> None:
        """Note the learned returns of the episodes that ended at this step, ``(n_envs,)`` bool."""
        if not dones.any():
            return
        self._learned_returns.extend(self._earned[dones].tolist())
        self._episodes += int(np.sum(dones))
        self._earned[dones] = 0.0

    def round_measured(self, measures: RoundMeasures) -> None:
        """Keep a round's measures, and add them to the run folder."""
        self.latest = measures
        if self.run is not None:
            self.run.append_round(measures.as_json())

    @property
    def learned_return(self) -> float:
        """Mean learned return of the last 100 episodes, NaN before the first has ended."""
        return float(np.mean(self._learned_returns)) if self._learned_returns else math.nan

    def write(self, logger: Logger, *, labels: int, asked: int, round: int) -> None:
        """Record everything with SB3's logger, unless the logger holds it already."""
        # Off-policy agents begin a rollout every few steps, but dump the records much later.
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
        logger.record("time/earlier_seconds", float(np.round(self._earlier, 2)))
        for stage, seconds in self.seconds.items():
            logger.record(f"time/feedback_{stage}_seconds", float(np.round(seconds, 2)))

    def publish(
        self,
        agent: BaseAlgorithm,
        labels: int,
        state: TrainerState,
        *,
        awaited: int = 0,
        error: str = "",
    ) -> None:
        """Report to the window how far training is, at most twice a second.

        A store that is locked or full does not end training; it is tried again later.

        Args:
            agent: the agent.
            labels: number of labels so far.
            state: what the trainer does.
            awaited: number of labels, in all, that it waits for.
            error: why it ends.
        """
        now = time.monotonic()
        recent = now - self._published[1] < PUBLISH_SECONDS
        told = recent and state == self._published[0] and not error
        if self.run is None or told or now < self._retry_at:
            return
        self._published = (state, now)
        returns = [episode["r"] for episode in agent.ep_info_buffer or ()]
        tells = self.latest is not None and self.latest.held_out >= TELLING_LABELS
        accuracy = self.latest.accuracy if self.latest is not None and tells else math.nan
        progress = Progress(
            agent_step=min(self.taken, self.total),  # rollouts are whole, and may end later
            total_steps=self.total,
            labels=labels,
            budget=self._budget,
            true_return=float(np.mean(returns)) if returns else None,
            accuracy=None if math.isnan(accuracy) else accuracy,
            state=state,
            awaited=awaited,
            error=error,
        )
        try:
            self._store.publish(progress)
        except (StoreLocked, DiskFull) as refusal:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            warnings.warn(f"the window is not told how far training is: {refusal}", stacklevel=2)

    def state(self) -> dict[str, Any]:
        """Return seconds and learned returns."""
        return {
            "seconds": self.seconds,
            "wall_seconds": self._wall_seconds,
            "running": self._earned.tolist(),
            "learned_returns": list(self._learned_returns),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.seconds = dict(state["seconds"])
        stages = sum(self.seconds.values())  # all that checkpoints before version 0.2.0 hold
        self._earlier = float(state.get("wall_seconds", stages))
        self._earned[:] = state["running"]
        self._learned_returns.extend(state["learned_returns"])


class FolderOutput:
    """Lets SB3's logger write what a report shows into the run folder, unless it does already.

    It is attached for the duration of one ``learn``, in which the logger is the agent's.
    """

    def __init__(self, run: RunFolder | None) -> None:
        """Write into ``run``, or nowhere."""
        self._run = run
        self._output: CSVOutputFormat | None = None

    def open(self, logger: Logger) -> None:
        """Add the output to the logger."""
        outputs = logger.output_formats
        if self._run is not None and not any(isinstance(it, CSVOutputFormat) for it in outputs):
            self._output = CSVOutputFormat(str(self._run.next_progress()))
            outputs.append(self._output)

    def close(self, logger: Logger) -> None:
        """Take the output away again."""
        if self._output is not None:
            logger.output_formats.remove(self._output)
            self._output.close()
            self._output = None


def say_how_to_go_on(run: RunFolder | None) -> None:
    """Print how to go on with a script's run that was stopped; `rlhf-gym train` says so itself."""
    if run is not None and not run.config.exists():
        print(
            f"stopped with everything saved in {run.path}; go on with "
            "HumanFeedback(run=..., resume=True) and restore"
        )
