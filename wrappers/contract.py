"""The rules that every reward function keeps, as a check that you can run on your own."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from rlhf_gym.clips.observations import batch_of
from rlhf_gym.clips.steps import RewardFunction, Transitions

__all__ = ["check_reward_function"]

N_STEPS = 7


def check_reward_function(
    function: RewardFunction, observation_space: gym.Space[Any], action_space: gym.Space[Any]
) -> None:
    """Check that a reward function does what `LearnedReward` and `VecLearnedReward` expect of it.

    It must give one finite number a step, the same for the same steps, which it leaves as they are;
    and what it gives for a step must not depend on the others of the batch.

    Args:
        function: gets `Transitions` of random steps, with next observations.
        observation_space: of one environment.
        action_space: of one environment.

    Raises:
        AssertionError: if the function breaks a rule; the message names it.

    >>> box, buttons = gym.spaces.Box(-1, 1, (3,)), gym.spaces.Discrete(2)
    >>> check_reward_function(lambda steps: steps.observations[:, 0] + steps.actions, box, buttons)
    >>> check_reward_function(lambda steps: np.zeros(1), box, buttons)
    Traceback (most recent call last):
        ...
    AssertionError: there must be one reward a step, shape (7,), but the shape is (1,)...
    """
    steps = _steps(observation_space, action_space)
    before = steps[np.arange(N_STEPS)]  # a copy
    rewards = np.asarray(function(steps))
    assert rewards.shape == (N_STEPS,), (
        f"there must be one reward a step, shape ({N_STEPS},), but the shape is {rewards.shape}"
    )
    assert rewards.dtype.kind in "fiu" and np.isfinite(rewards).all(), (
        f"rewards must be finite numbers, but are {rewards.tolist()}"
    )
    assert all(map(np.array_equal, steps.arrays(), before.arrays())), (
        "the function must not change the steps that it is given"
    )
    again = np.asarray(function(steps))
    assert np.allclose(again, rewards, atol=1e-4), (
        f"the same steps must get the same rewards, but got {rewards} and then {again}"
    )
    backwards = np.asarray(function(steps[::-1]))[::-1]
    assert np.allclose(backwards, rewards, atol=1e-4), (
        "the reward of a step must not depend on where it is in a batch"
    )


def _steps(observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> Transitions:
    def batch(space: gym.Space[Any]) -> Any:
        return batch_of([space.sample() for _ in range(N_STEPS)])

    observation_space.seed(0)
    action_space.seed(0)
    return Transitions(
        batch(observation_space),
        batch(action_space),
        terminated=np.arange(N_STEPS) == 2,
        absorbing=np.arange(N_STEPS) == 3,
        next_observations=batch(observation_space),
    )
