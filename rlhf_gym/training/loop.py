"""FeedbackLoop: when labels are asked for in a training, and when the reward model is fitted."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.basics.words import counted
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.feedback import StoreLocked
from rlhf_gym.feedback.store_records import TrainerState
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.queries.schedule import label_target
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.asking import Asking
from rlhf_gym.training.concerns import warn_of_guessing
from rlhf_gym.training.drawn_clips import ClipsNotDrawn, DrawnClips
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.measures import measure_round

__all__ = ["FeedbackLoop", "refresh_scale"]

SAMPLE = 2000
"""Number of recent steps from which the scale of the learned reward is taken."""
REFRESH_EVERY = 2048
"""Training steps, at least, between two normalisations of the learned reward."""
FIRST_PART = 5
"""Number of labels, at least, that are asked for before the reward model helps to choose."""
ROUNDS = 20
"""Number of rounds in which the labels are asked for, roughly."""
POLL_SECONDS = 0.2
"""Seconds between two looks at the store for the answers of a live teacher."""
LOCKED_SECONDS = 10.0
"""Seconds after which a store that another program holds is tried again."""
AHEAD = 3
"""Number of queries of the next part that a live teacher has while they answer the last ones."""
LEAD = 8
"""Number of labels that training may be ahead of a live teacher, by default; in the end it waits
for the last ones, too."""


class FeedbackLoop:
    """Asks for labels as training goes on, fits the reward model to them, and keeps its scale.

    Attributes:
        stopping: whether training is to end, so that no answer is waited for any more.
        first_round_done: whether the labels before training are there.
        poll_seconds: seconds between two looks at the store for the answers of a live teacher.
        rest: what is done in that time; takes the seconds.
    """

    def __init__(
        self,
        asking: Asking,
        reward_model: RewardModel,
        log: RunLog,
        settings: FeedbackSettings,
        *,
        wait: bool | None,
        seed: int = 0,
    ) -> None:
        """Begin with no label.

        ``wait`` is as in `HumanFeedback`; ``seed`` is of the steps and clips on which the reward
        model is scaled and measured.
        """
        self.asking, self.reward_model = asking, reward_model
        self.buffer, self.log = asking.buffer, log
        self.settings, self.wait, self.poll_seconds = settings, wait, POLL_SECONDS
        self.rest: Callable[[float], object] = time.sleep
        self._drawn_clips = DrawnClips(asking.store)
        self.stopping = False
        self.first_round_done = False
        self._rng = np.random.default_rng([seed, 3])
        self._first_parts = 0
        self._fitted = self._left = False
        self._new_labels = 0
        self._refreshed_at = self._measured_at = -REFRESH_EVERY
        self._polled = self._locked_until = -POLL_SECONDS

    def first_round(self, agent: BaseAlgorithm) -> None:
        """Ask for the labels before training, and wait for them in any case.

        They are asked for in parts, so that the reward model helps to choose all but the first.
        Where training is to stop, the parts that are left are asked for when the run is resumed.

        Raises:
            ValueError: a teacher that answers at once gave no label at all.
        """
        target = self._target(0.0)
        part = max(FIRST_PART, target // 4)
        ahead = AHEAD if self.asking.teacher.live else 0
        for wanted in [*range(part, target, part), target][self._first_parts :]:
            if self.stopping:
                return
            self._ask(agent, min(wanted + ahead, target), wanted, wanted, first=target)
            self._learn()
            if self.asking.teacher.live and self.stopping and self.asking.labels < wanted:
                return
            self._first_parts += 1
        self.asking.check_labels()
        self.first_round_done = True

    def end(self, agent: BaseAlgorithm, *, stopped: bool) -> None:
        """Tell that training is done, or how many labels are missing if it has not begun."""
        first = 0 if self.first_round_done else self._target(0.0)
        self.log.publish(agent, self.asking.labels, "stopped" if stopped else "done", awaited=first)

    def round(self, agent: BaseAlgorithm, progress: float) -> None:
        """Ask and learn if enough labels are due, keep the scale of rewards, and report.

        ``progress`` is the share of training done, 1 at the last moment at which a label is of use.
        """
        self._ask_what_is_due(agent, self._target(progress))
        if self.log.taken - self._refreshed_at >= REFRESH_EVERY:
            self._refresh()
        asking = self.asking
        self.log.publish(agent, asking.labels, "training")
        self.log.write(agent.logger, labels=asking.labels, asked=asking.asked, round=asking.round)

    def _ask_what_is_due(self, agent: BaseAlgorithm, target: int) -> None:
        labels, budget, teacher = self.asking.labels, self.asking.budget, self.asking.teacher
        due = target - labels
        enough = due >= max(1, budget // ROUNDS) or (due > 0 and target == budget)
        needed = target - LEAD if self.wait is None else target if self.wait and enough else 0
        awaited = budget if self.wait is None and target == budget else needed
        left = teacher.live and teacher.has_left
        if left and not self._left:
            told = f"training goes on without further answers, with {counted(labels, 'label')}"
            print(told, file=sys.stderr, flush=True)
        self._left = left
        waits = labels < needed or (labels < awaited and teacher.live and teacher.alive)
        if teacher.live and (left or not waits):  # but answers may be there
            if time.monotonic() < self._polled + self.poll_seconds:
                return
            self._polled = time.monotonic()
        elif not (enough or teacher.live):
            return
        if time.monotonic() < self._locked_until:
            return
        try:
            if not left:
                self._ask(agent, target, awaited, needed)
        except StoreLocked as error:  # the answers are in it, and are taken when it is free
            self._locked_until = time.monotonic() + LOCKED_SECONDS
            warnings.warn(f"training goes on without new labels for now: {error}", stacklevel=2)
            return
        self._learn()

    def _target(self, progress: float) -> int:
        """Return how many labels are wanted at this share of training."""
        return label_target(
            self.settings.schedule,
            self.asking.budget,
            progress,
            first_share=self.settings.first_share,
            last_label=self.settings.last_label,
        )

    def _ask(
        self, agent: BaseAlgorithm, target: int, awaited: int, needed: int, first: int = 0
    ) -> None:
        """Ask for ``target`` labels, and wait for a live teacher until ``awaited`` are there.

        Training ends if the teacher leaves before ``needed`` labels are there. ``first`` is the
        number of labels before training, while they are asked for.
        """
        teacher = self.asking.teacher
        state: TrainerState = "first labels" if first else "waiting"
        with self.log.timed("ask"):
            predict_returns = self.reward_model.predict_returns if self._fitted else None
            self.asking.ask(target, predict_returns, untrained=first > 0)
            if self._refreshed_at < 0:  # for the first time, while the first pairs are drawn
                self._refresh()
            while teacher.live and not self.stopping:
                alive = teacher.alive  # asked first, so that the last answers before it ends count
                self._take_labels()
                enough = self.asking.labels >= (awaited if alive else needed)
                if enough or teacher.has_left:
                    break
                self.stopping = not alive  # the person has closed the window
                self.log.publish(agent, self.asking.labels, state, awaited=first or awaited)
                self._check_that_clips_are_drawn(agent)
                self.rest(self.poll_seconds)
                self.asking.ask(target, predict_returns, untrained=first > 0)

    def _check_that_clips_are_drawn(self, agent: BaseAlgorithm) -> None:
        try:
            if self.asking.teacher.failure:
                raise ClipsNotDrawn(self.asking.teacher.failure)
            self._drawn_clips.check()
        except ClipsNotDrawn as error:
            self.log.publish(agent, self.asking.labels, "stopped", error=str(error))
            raise

    def _take_labels(self, until: int | None = None) -> None:
        """Hand new and changed labels to the reward model."""
        labels = self.asking.collect(until)
        self.reward_model.update(labels.values, labels.queries)
        self._new_labels += len(labels.values)

    def _learn(self) -> None:
        """Fit the reward model if there are new labels."""
        self._take_labels()
        if self._new_labels == 0:
            return
        with self.log.timed("fit"):
            self.reward_model.fit(self._new_labels)
            self._refresh()  # a fit moves the scale of the rewards
        self._fitted, self._new_labels = True, 0
        if self.log.taken - self._measured_at >= REFRESH_EVERY:
            self._measured_at = self.log.taken
            self._measure()
        self.asking.round += 1

    def _refresh(self) -> None:
        self._refreshed_at = self.log.taken
        refresh_scale(self.reward_model, self.buffer, self._rng)

    def _measure(self) -> None:
        measures = measure_round(
            self.reward_model,
            self.buffer,
            self._rng,
            round=self.asking.round,
            agent_step=self.log.taken,
            labels=self.asking.labels,
            asked=self.asking.asked,
            seconds=self.log.seconds,
        )
        guessed = self.log.latest is not None and self.log.latest.guesses
        if measures.guesses and not guessed:
            warn_of_guessing(measures, self.log.run if self.asking.teacher.live else None)
        self.log.round_measured(measures)

    def state(self) -> dict[str, Any]:
        """Return counters and random state; the labels are in the store."""
        return {
            "first_round_done": self.first_round_done,
            "first_parts": self._first_parts,
            "fitted": self._fitted,
            "refreshed_at": self._refreshed_at,
            "measured_at": self._measured_at,
            "labels_seen": self.asking.seen,
            "new_labels": self._new_labels,
            "rng": self._rng.bit_generator.state,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken, with all labels that are in the store."""
        self.first_round_done, self._fitted = state["first_round_done"], state["fitted"]
        self._first_parts = state.get("first_parts", 0)
        self._refreshed_at, self._measured_at = state["refreshed_at"], state["measured_at"]
        self._rng.bit_generator.state = state["rng"]
        self._take_labels(until=state["labels_seen"])
        self._new_labels = state["new_labels"]
        self._take_labels()  # labels that were given after the checkpoint


def refresh_scale(reward_model: RewardModel, buffer: ClipBuffer, rng: np.random.Generator) -> None:
    """Normalise the learned reward over recent experience, see `RewardModel.normalise`."""
    recent = buffer.transitions(SAMPLE, rng)
    absorbing = buffer.transitions(SAMPLE, rng, absorbing=True)
    reward_model.normalise(recent, absorbing, valued_terminals=buffer.valued_terminals)
