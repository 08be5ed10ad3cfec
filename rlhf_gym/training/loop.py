"""Teaching: when labels are asked for in a training, and when the reward model learns from them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.queries.schedule import Schedule, label_target
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.asking import Asking
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.measures import measure_round
from rlhf_gym.training.rewarding import refresh_scale

__all__ = ["Teaching"]

REFRESH_EVERY = 2048
"""Training steps at least between two normalisations of the learned reward."""
FIRST_PART = 5
"""So many labels at least are asked for before the reward model has a first say in the next."""
ROUNDS = 20
"""The labels are asked for in about so many rounds."""
POLL_SECONDS = 0.2
LEAD = 8
"""So many labels training may be ahead of a person, by default."""


class Teaching:
    """Asks for labels as training goes on, and fits the reward model to them.

    Args:
        asking: puts queries to the teacher and collects the labels; has the budget.
        reward_model: learns from them.
        buffer: recent experience.
        log: told how it goes.
        rng: the randomness: the clips on which the reward model is measured, and its scale set.
        schedule: when labels are asked for.
        first_share: share of the labels that is asked for before training.
        last_label: share of training at which the last one is asked for.
        wait: whether training waits for a person, see `HumanFeedback`.
    """

    def __init__(
        self,
        asking: Asking,
        reward_model: RewardModel,
        buffer: ClipBuffer,
        log: RunLog,
        rng: np.random.Generator,
        *,
        schedule: Schedule,
        first_share: float,
        last_label: float,
        wait: bool | None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.asking, self.reward_model = asking, reward_model
        self.buffer, self.log, self.rng = buffer, log, rng
        self.schedule, self.wait = schedule, wait
        self.first_share, self.last_label = first_share, last_label
        self.stopping = False
        """Whether training is to end: nobody is waited for any more."""
        self.first_round_done = False
        self.poll_seconds = poll_seconds
        self._fitted = False
        self._new_labels = 0
        self._refreshed_at = self._measured_at = -REFRESH_EVERY
        self._polled = -poll_seconds

    def first_round(self, agent: BaseAlgorithm) -> None:
        """Ask for the labels before training, which waits for them in any case."""
        self._refresh(agent)
        target = self._target(0.0)
        part = max(FIRST_PART, target // 4)
        for wanted in [*range(part, target, part), target]:
            self._ask(agent, wanted, awaited=wanted)
            self._learn(agent)
        self.asking.warn_of_ties()
        self.first_round_done = not self.stopping

    def round(self, agent: BaseAlgorithm, progress: float) -> None:
        """Ask and learn where enough labels are due, or the last ones; keep the scale of rewards.

        Args:
            agent: is trained.
            progress: share of training done, 1 at the last moment at which a label is of use.
        """
        self._ask_what_is_due(agent, self._target(progress))
        if agent.num_timesteps - self._refreshed_at >= REFRESH_EVERY:
            self._refresh(agent)

    def _ask_what_is_due(self, agent: BaseAlgorithm, target: int) -> None:
        labels, budget = self.asking.labels, self.asking.budget
        live = self.asking.teacher.live
        due = target - labels
        enough = due >= max(1, budget // ROUNDS) or (due > 0 and target == budget)
        awaited = target - LEAD if self.wait is None else target if self.wait and enough else 0
        if live and labels >= awaited:
            if time.monotonic() < self._polled + self.poll_seconds:
                return
            self._polled = time.monotonic()
        elif not (enough or live):
            return
        self._ask(agent, target, awaited)
        self._learn(agent)

    def _target(self, progress: float) -> int:
        return label_target(
            self.schedule,
            self.asking.budget,
            progress,
            first_share=self.first_share,
            last_label=self.last_label,
        )

    def _ask(self, agent: BaseAlgorithm, target: int, awaited: int) -> None:
        """Ask for ``target`` labels, and wait for a person until ``awaited`` are there."""
        teacher = self.asking.teacher
        with self.log.timed("ask"):
            predict_returns = self.reward_model.predict_returns if self._fitted else None
            self.asking.ask(target, predict_returns)
            while teacher.live and not self.stopping:
                self._take_labels()
                if self.asking.labels >= awaited:
                    break
                self.stopping = not teacher.alive  # the person has closed the window
                self.log.publish(agent, self.asking.labels, "waiting")
                time.sleep(self.poll_seconds)
                self.asking.ask(target, predict_returns)

    def _take_labels(self) -> None:
        """Hand new and changed labels to the reward model."""
        labels = self.asking.collect()
        self.reward_model.update(labels.values, labels.queries)
        self._new_labels += len(labels.values)

    def _learn(self, agent: BaseAlgorithm) -> None:
        """Fit the reward model if there are new labels."""
        self._take_labels()
        if self._new_labels == 0:
            return
        with self.log.timed("fit"):
            self.reward_model.fit(self._new_labels)
            self._refresh(agent)
        self._fitted, self._new_labels = True, 0
        if agent.num_timesteps - self._measured_at >= REFRESH_EVERY:
            self._measured_at = agent.num_timesteps
            self._measure(agent)
        self.asking.round += 1

    def _refresh(self, agent: BaseAlgorithm) -> None:
        self._refreshed_at = agent.num_timesteps
        refresh_scale(self.reward_model, self.buffer, self.rng)

    def _measure(self, agent: BaseAlgorithm) -> None:
        self.log.round_measured(
            measure_round(
                self.reward_model,
                self.buffer,
                self.rng,
                round=self.asking.round,
                agent_step=agent.num_timesteps,
                labels=self.asking.labels,
                asked=self.asking.asked,
                seconds=self.log.seconds,
            )
        )

    def state(self) -> dict[str, Any]:
        """Counters and random state, as plain data."""
        return {
            "first_round_done": self.first_round_done,
            "fitted": self._fitted,
            "refreshed_at": self._refreshed_at,
            "measured_at": self._measured_at,
            "labels_seen": self.asking.seen,
            "new_labels": self._new_labels,
            "rng": self.rng.bit_generator.state,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave, and the labels that are in the store."""
        self.first_round_done, self._fitted = state["first_round_done"], state["fitted"]
        self._refreshed_at, self._measured_at = state["refreshed_at"], state["measured_at"]
        self.rng.bit_generator.state = state["rng"]
        self._take_labels()
        newer = self.asking.seen - state["labels_seen"]  # of the time behind the checkpoint
        self._new_labels = state["new_labels"] + newer
