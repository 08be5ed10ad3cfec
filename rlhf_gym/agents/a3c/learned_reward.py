"""The learned reward in the worker processes of A3C: its weights lie in shared memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

from rlhf_gym.agents.a3c.agent import A3C
from rlhf_gym.agents.a3c.attachment import Attachment
from rlhf_gym.agents.a3c.shared_memory import shared
from rlhf_gym.clips.steps import VecStep
from rlhf_gym.reward_model import RewardEnsemble, RewardModel
from rlhf_gym.wrappers.clip_recorder import ClipRecorder, KeptSteps
from rlhf_gym.wrappers.learned_reward import VecLearnedReward, with_rewards

__all__ = ["SharedWeights", "WorkerReward", "share_with_workers"]


def share_with_workers(
    agent: A3C, reward_model: RewardModel, recorder: ClipRecorder, learned_reward: VecLearnedReward
) -> Callable[[], None]:
    """Let the workers of an agent predict the learned reward, and record what they do.

    They do the work of ``learned_reward`` and of ``recorder`` inside it, two wrappers around the
    agent's environment.

    Returns:
        A function that shows the newest reward model to the workers, which take it over when their
        next rollouts begin.

    Raises:
        ValueError: the reward model has no weights that could be shared.
    """
    if not isinstance(reward_model, RewardEnsemble):
        raise ValueError(
            "A3C predicts rewards in its worker processes, with weights in shared memory, which "
            f"only a RewardEnsemble has, but the reward model is {reward_model!r}: train with "
            "another algorithm, such as A2C"
        )
    weights = SharedWeights(reward_model)
    in_worker = partial(WorkerReward, weights, keep_next=recorder.sink.keeps_next)
    agent.attach(Attachment(learned_reward, recorder, in_worker))
    return partial(weights.publish, reward_model)


class SharedWeights:
    """The newest weights of a reward model, for other processes; sent to them without a copy.

    There are two sets of weights. A new one is written over the older, and then becomes current, so
    that no process waits, and one that dies at any moment leaves a whole set.

    Args:
        model: the reward model.
    """

    def __init__(self, model: RewardEnsemble) -> None:
        spaces = model.observation_space, model.action_space
        self._make = partial(RewardEnsemble, *spaces, model.settings, anchored=model.anchored)
        self._current = shared(torch.zeros((), dtype=torch.int64))
        self._weights = [
            {name: shared(weight.cpu().clone()) for name, weight in model.weights().items()}
            for _ in range(2)
        ]
        self._published = -1

    def publish(self, model: RewardEnsemble) -> None:
        """Make a model's weights the current ones, if they are new."""
        if model.version == self._published:
            return
        number = int(self._current) + 1
        for name, weight in model.weights().items():
            self._weights[number % 2][name].copy_(weight)
        self._current.fill_(number)
        self._published = model.version

    def model(self) -> RewardEnsemble:
        """Make a model for this process, which `refresh` brings up to date."""
        return self._make(device="cpu")

    def refresh(self, model: RewardEnsemble, known: int) -> int:
        """Bring a model to the current weights, unless they have the number ``known``.

        Returns:
            The number of the weights.
        """
        while (number := int(self._current)) != known:
            model.load_weights(self._weights[number % 2])
            known = number
            if int(self._current) > number:  # what was read may have been half overwritten
                known = -1
        return known


class WorkerReward(VecLearnedReward):
    """The learned reward around a worker's environments, with a recorder inside.

    The reward model changes only between rollouts. The learned reward of a step is noted in its
    info, see `with_rewards`.

    Args:
        weights: of the reward model; the trainer writes them.
        venv: the worker's share of the environments, with the wrappers inside the recorder.
        keep_next: whether next observations are recorded.
    """

    def __init__(self, weights: SharedWeights, venv: VecEnv, *, keep_next: bool) -> None:
        self._model = weights.model()
        self._kept = KeptSteps(keep_next)
        super().__init__(ClipRecorder(venv, self._kept), self._model.predict)
        self._weights, self._number = weights, -1

    def begin_rollout(self) -> None:
        """Take over the newest reward model."""
        self._number = self._weights.refresh(self._model, self._number)

    def take_recorded(self) -> list[VecStep]:
        """Return the steps since the last call."""
        return self._kept.take()

    def step_wait(self) -> VecEnvStepReturn:
        """Predict the rewards, and note them in the infos."""
        observations, rewards, dones, infos = super().step_wait()
        assert isinstance(rewards, np.ndarray)
        infos = [
            with_rewards(info, learned_reward=reward)
            for info, reward in zip(infos, rewards.tolist(), strict=True)
        ]
        return observations, rewards, dones, infos
