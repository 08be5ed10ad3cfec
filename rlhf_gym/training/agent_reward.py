"""AgentReward: the learned reward as the agent gets it, and what the agent earns of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.attach import Attached, WrappedReward, attach
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import Array
from rlhf_gym.clips.steps import Transitions
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.reward_model import RewardModel
from rlhf_gym.training.log import RunLog
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

__all__ = ["AgentReward"]

FORGOTTEN = 250
"""Vector steps without a training after which the callback is taken to be forgotten."""


class AgentReward:
    """Records an agent's steps, predicts their rewards, and logs its learned returns.

    Attributes:
        recorder: records the steps of the environments.
        wrapper: the vector environment that the agent sees.
        attached: how the agent that is trained gets the reward.
    """

    def __init__(self, venv: VecEnv, model: RewardModel, buffer: ClipBuffer, log: RunLog) -> None:
        """Wrap ``venv``, whose rewards are the true ones; steps are recorded in ``buffer``."""
        self._model, self._buffer, self._log = model, buffer, log
        self.recorder = ClipRecorder(venv, buffer)
        self.wrapper = VecLearnedReward(self.recorder, self._predict)
        self.attached = Attached()
        self._agent: BaseAlgorithm | None = None
        self._steps_without_training: int | None = 0

    def _predict(self, transitions: Transitions) -> Array:
        """Return the learned rewards ``(n_envs,)`` of a step of all environments."""
        if self._steps_without_training is not None:
            self._warn_of_a_forgotten_callback()
        if not self.attached.predicts_steps:  # nobody reads these rewards
            return np.zeros(len(transitions), np.float32)
        with self._log.timed("predict"):
            rewards = self._model.predict(transitions)
        self._log.earned(rewards)
        return rewards

    def _warn_of_a_forgotten_callback(self) -> None:
        """Warn, once, of a training that goes on without asking anybody."""
        assert self._steps_without_training is not None
        self._steps_without_training += 1
        if self._steps_without_training == FORGOTTEN:
            warnings.warn(
                f"{FORGOTTEN} steps were taken in the environments of this feedback, but it is no "
                "callback of the training, so nobody is asked and nothing is learned: "
                "agent.learn(..., callback=feedback)",
                stacklevel=2,
            )

    def training_starts(self) -> None:
        """Note that the callback was not forgotten."""
        self._steps_without_training = None

    def attach(self, agent: BaseAlgorithm) -> None:
        """Attach the reward to an agent, unless it is attached already."""
        if self._agent is not agent:
            reward = WrappedReward(self._model, self.recorder, self.wrapper)
            self.attached, self._agent = attach(agent, reward), agent

    def step_taken(self, infos: Sequence[Mapping[str, Any]]) -> None:
        """Log the rewards of a step if they were predicted in another process."""
        if self.attached.in_workers:
            self._log.earned(np.array([notes_of(info).learned_reward for info in infos]))

    def episodes_ended(self, dones: Array) -> None:
        """Log the learned returns of the episodes that ended at this step, ``(n_envs,)`` bool."""
        if self.attached.predicts_steps:
            self._log.episodes_ended(dones)
            return
        for env in np.flatnonzero(dones).tolist():
            rewards = self._model.predict(self._buffer.last_episode(env))
            self._log.episode_returned(float(rewards.sum()))

    def state(self) -> dict[str, Any]:
        """Return the counters of the recorder, and what the environments show."""
        return {
            "agent_step": self.recorder.agent_step,
            "seconds": self.recorder.seconds,
            "observations": self.recorder.observations,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken; the environments have been restored already."""
        self.recorder.agent_step, self.recorder.seconds = state["agent_step"], state["seconds"]
        self.recorder.resume_at(state["observations"])
        self.wrapper.resume_at(state["observations"])
