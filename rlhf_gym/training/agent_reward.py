"""AgentReward: the learned reward as the agent gets it, and what the agent earns of it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.attach import Attached, WrappedReward, attach
from rlhf_gym.agents.weights import weights_digest
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.log import RunLog
from rlhf_gym.training.other_callbacks import match_evaluation
from rlhf_gym.training.wrapped import FeedbackReward, check_acts_in
from rlhf_gym.wrappers.clip_recorder import ClipRecorder

__all__ = ["AgentReward"]


class AgentReward:
    """Records an agent's steps, predicts their rewards, and logs its learned returns.

    Attributes:
        recorder: records the steps of the environments.
        wrapper: the vector environment that the agent sees.
        attached: how the agent that is trained gets the reward.
    """

    def __init__(self, venv: VecEnv, model: RewardModel, buffer: ClipBuffer, log: RunLog) -> None:
        """Wrap ``venv``, whose rewards are the true ones; steps are recorded in ``buffer``."""
        self._model, self._log = model, log
        self.recorder = ClipRecorder(venv, buffer)
        self.wrapper = FeedbackReward(self.recorder, self._predict, log.work)
        self.attached = Attached()
        self._agent: BaseAlgorithm | None = None
        self._first_weights: str | None = None
        self._training = False

    def _predict(self, transitions: Transitions) -> Array:
        """Return the learned rewards ``(n_envs,)`` of a step of all environments."""
        began = time.perf_counter()
        rewards = self._model.predict(transitions)
        self._log.seconds["predict"] += time.perf_counter() - began
        if self._training:
            self._log.earned(rewards)
        return rewards

    def __reduce__(self) -> Any:
        """Refuse to be sent to another process; A3C's workers get weights instead, if attached."""
        raise ValueError(
            "an environment that feedback has wrapped can be neither copied nor sent to other "
            "processes, other than by A3C with the feedback as callback: agent.learn(..., "
            "callback=feedback)"
        )

    def training_starts(
        self, agent: BaseAlgorithm, total_steps: int | None, variables: Mapping[str, Any]
    ) -> int:
        """Attach the reward to the agent that is trained, and count its steps.

        Args:
            agent: its ``learn`` has been set up.
            total_steps: in all calls of ``learn``; None: this one is the last.
            variables: of ``learn``, by stable-baselines3's names.

        Returns:
            Training steps that this ``learn`` is to take.

        Raises:
            ValueError: if the agent acts in another environment, or cannot learn from the reward.
        """
        self.attach(agent)
        match_evaluation(variables.get("callback"), agent)
        log = self._log
        if total_steps is None and 0 < log.total <= log.taken:
            warnings.warn(
                "an earlier call of learn was taken for the whole training, so all labels were "
                "asked for in it: HumanFeedback(total_steps=...) spreads them over several calls",
                stacklevel=2,
            )
        self.wrapper.taught = self._training = True
        self.recorder.agent_step = log.taken
        log.begin()
        in_call = agent._total_timesteps - agent.num_timesteps
        log.total = total_steps or log.taken + in_call
        return in_call

    def training_ends(self) -> None:
        """Count no more what is done in the environment."""
        self._training = False
        self._log.end()

    def attach(self, agent: BaseAlgorithm) -> None:
        """Attach the reward to an agent, unless it is attached already.

        Raises:
            ValueError: if the agent acts in another environment, or cannot learn from the reward.
        """
        check_acts_in(agent, self.wrapper)
        if self._agent is not agent or not self.attached.holds:
            if self._agent is not agent:
                self._first_weights = weights_digest(agent)
            reward = WrappedReward(self._model, self.recorder, self.wrapper)
            self.attached, self._agent = attach(agent, reward), agent

    @property
    def changed(self) -> bool:
        """Whether the agent acts by other weights than before its training.

        Of one that was restored from a checkpoint before version 0.2.0, updates are counted.
        """
        if self._agent is None:
            return False
        if self._first_weights is None:
            return bool(self._agent._n_updates)
        return weights_digest(self._agent) != self._first_weights

    def step_taken(self, variables: Mapping[str, Any], *, warming_up: bool) -> None:
        """Count a step, what it earned, and the episodes that ended at it.

        Args:
            variables: of the training loop, by stable-baselines3's names.
            warming_up: whether it is a step of the warm-up, which is taken in this process.
        """
        self._log.taken += self.recorder.num_envs
        self.recorder.agent_step = self._log.taken  # it also saw what others did meanwhile
        self._log.seconds["record"] = self.recorder.seconds
        if self.attached.in_workers and not warming_up:
            infos = variables["infos"]
            self._log.earned(np.array([notes_of(info).learned_reward for info in infos]))
        self._log.episodes_ended(variables["dones"])
        self.attached.step_taken(variables)

    def state(self) -> dict[str, Any]:
        """Return counters, what the environments show, and whether the agent has changed."""
        return {
            "changed": self.changed,
            "first_weights": self._first_weights,
            "agent_step": self._log.taken,
            "seconds": self.recorder.seconds,
            "observations": self.recorder.observations,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken; the environments have been restored already."""
        self._log.taken = self.recorder.agent_step = state["agent_step"]
        self.recorder.seconds = state["seconds"]
        self._first_weights = state.get("first_weights")
        self.recorder.resume_at(state["observations"])
        self.wrapper.resume_at(state["observations"])
