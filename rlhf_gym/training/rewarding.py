"""Rewarding: what the reward model pays for the steps that the agent takes, and on which scale."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.steps import After
from rlhf_gym.reward_model import RewardModel

__all__ = ["Rewarding"]

SAMPLE, RECENT = 2000, 100_000
"""Steps drawn for a normalisation, and the newest ones from which they are drawn."""


class Rewarding:
    """Pays for the newest step of each environment, on the scale of recent experience.

    Args:
        reward_model: predicts the rewards.
        buffer: holds recent experience, and knows which environments are over, and whether ends
            differ.
        rng: the randomness: the steps that set the scale.
    """

    def __init__(
        self,
        reward_model: RewardModel,
        buffer: ClipBuffer,
        rng: np.random.Generator,
    ) -> None:
        self._reward_model, self._buffer, self._rng = reward_model, buffer, rng

    def __call__(
        self, observations: Observations, actions: Array, after: After
    ) -> npt.NDArray[np.float32]:
        """The learned reward ``(n_envs,)`` of the step that the buffer has just taken."""
        return self._reward_model.predict(observations, actions, after, over=self._buffer.held)

    def refresh(self) -> None:
        """Normalise the learned reward over recent experience, and set it behind ends.

        Where ends differ, what is behind them is worth nothing on average, as it is for an agent
        whose episode is over; else all of it is worth the same.
        """
        recent = partial(self._buffer.transitions, SAMPLE, self._rng, newest=RECENT)
        observations, actions, after, _ = recent()
        self._reward_model.standardise_inputs(observations, actions, after)
        self._reward_model.normalise(observations, actions, after)
        observations, actions, after, _ = recent(held=True)
        if len(actions) == 0:
            return
        if self._buffer.ends_differ:
            self._reward_model.shift_to_zero(observations, actions, after)
        else:
            self._reward_model.level_after_end(observations, actions, after)
