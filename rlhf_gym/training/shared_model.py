"""The weights of a reward model in shared memory: one process writes them, others predict."""

from __future__ import annotations

import torch

from rlhf_gym.agents.a3c.shared_memory import shared
from rlhf_gym.reward_model.model import RewardModel

__all__ = ["SharedRewardModel"]


class SharedRewardModel:
    """The newest weights of a reward model, for other processes; sent to them without a copy.

    There are two sets of weights. A new one is written over the older, and then becomes current, so
    that nobody waits, and a process that dies at any moment leaves a whole one.

    Args:
        model: the reward model.
    """

    def __init__(self, model: RewardModel) -> None:
        self._spaces = model.observation_space, model.action_space
        self._settings = model.settings
        self._current = shared(torch.zeros((), dtype=torch.int64))
        self._weights = [
            {name: shared(weight.cpu().clone()) for name, weight in model.weights().items()}
            for _ in range(2)
        ]
        self._published = -1

    def publish(self, model: RewardModel) -> None:
        """Make a model's weights the current ones, if they are new."""
        if model.version == self._published:
            return
        number = int(self._current) + 1
        for name, weight in model.weights().items():
            self._weights[number % 2][name].copy_(weight)
        self._current.fill_(number)
        self._published = model.version

    def model(self) -> RewardModel:
        """A model of this process's own, for `refresh`."""
        return RewardModel(*self._spaces, self._settings, device="cpu")

    def refresh(self, model: RewardModel, known: int) -> int:
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
