"""VecSharedReward: the learned reward in a worker process of A3C."""

from __future__ import annotations

from typing import Any

import numpy as np
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import After
from rlhf_gym.training.shared_model import SharedRewardModel
from rlhf_gym.wrappers.learned_reward import VecLearnedReward
from rlhf_gym.wrappers.step_recorder import StepRecorder

__all__ = ["VecSharedReward"]


class VecSharedReward(VecLearnedReward):
    """`VecLearnedReward` that takes over the newest reward model when a rollout begins.

    The learned reward of a step is in ``info["learned_reward"]`` too.

    Args:
        shared: the reward model; the trainer writes it.
        venv: what the `StepRecorder` has wrapped.
    """

    def __init__(self, shared: SharedRewardModel, venv: Any) -> None:
        super().__init__(venv, self._predict)
        self._recorder: StepRecorder = venv
        self._shared, self._model = shared, shared.model()
        self._number = -1

    def begin_rollout(self) -> None:
        """Take over the newest reward model."""
        self._number = self._shared.refresh(self._model, self._number)

    def step_wait(self) -> VecEnvStepReturn:
        """Predict the rewards, and note them in the infos."""
        observations, rewards, dones, infos = super().step_wait()
        assert isinstance(rewards, np.ndarray)
        for info, reward in zip(infos, rewards.tolist(), strict=True):
            info["learned_reward"] = reward
        return observations, rewards, dones, infos

    def _predict(self, observations: Observations, actions: Array, after: After) -> Array:
        return self._model.predict(observations, actions, after, over=self._recorder.held)
