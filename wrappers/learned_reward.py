"""LearnedReward and VecLearnedReward: the agent sees a learned reward instead of the true one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.core import ActType, ObsType
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.basics.checks import check_arguments
from rlhf_gym.clips.observations import Array, Observations, batch_of_one, map_leaves
from rlhf_gym.clips.steps import RewardFunction, Transitions, end_of, is_absorbing, vec_step
from rlhf_gym.envs.step_notes import each_info, noted
from rlhf_gym.wrappers.old_reward_function import accept_old_form

__all__ = ["LearnedReward", "VecLearnedReward", "with_rewards"]


class LearnedReward(gym.Wrapper[ObsType, ActType, ObsType, ActType]):
    """Replace the reward by ``reward_function(transitions)``, see `Transitions`.

    The environment's own reward stays visible: ``notes_of(info).true_reward``, which is also
    ``info["true_reward"]`` unless the environment itself has such a key. Use `VecLearnedReward`
    with stable-baselines3: it predicts once for all environments.

    >>> env = LearnedReward(gym.make("CartPole-v1"), lambda steps: steps.actions * 2.0)
    >>> _ = env.reset(seed=0)
    >>> _, reward, _, _, info = env.step(1)
    >>> reward, info["true_reward"]
    (2.0, 1.0)
    """

    def __init__(self, env: gym.Env[ObsType, ActType], reward_function: RewardFunction) -> None:
        """Wrap ``env``; ``reward_function`` gets batches of one."""
        check_arguments(LearnedReward.__init__, locals())
        super().__init__(env)
        self.reward_function = accept_old_form(reward_function)
        self._observation: Any = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Begin a new episode."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._observation = batch_of_one(observation)
        return observation, info

    def step(self, action: ActType) -> tuple[ObsType, float, bool, bool, dict[str, Any]]:
        """Step the environment and predict the reward of that step."""
        actions = np.array(action)[None]
        observation, true_reward, terminated, truncated, info = self.env.step(action)
        seen = batch_of_one(observation)
        ended = np.array([end_of(terminated, info) == "terminated"])
        absorbing = np.array([is_absorbing(info)])
        step = Transitions(self._observation, actions, ended, absorbing, seen)
        reward = _predict(self.reward_function, step)
        self._observation = seen
        info = with_rewards(info, true_reward=float(true_reward))
        return observation, float(reward[0]), terminated, truncated, info


class VecLearnedReward(VecEnvWrapper):
    """`LearnedReward` for vector environments: one batched prediction a vector step.

    Attributes:
        reward_function: ``transitions (n_envs steps) -> rewards (n_envs,)``; may be replaced.
        paid: the rewards ``(n_envs,)`` of the newest step.
    """

    def __init__(self, venv: VecEnv, reward_function: RewardFunction) -> None:
        """Wrap ``venv``."""
        check_arguments(VecLearnedReward.__init__, locals())
        super().__init__(venv)
        self.reward_function = accept_old_form(reward_function)
        self.paid: Array = np.zeros(venv.num_envs, np.float32)
        self._observations: Any = None
        self._actions: Array = np.empty(0)

    def reset(self) -> VecEnvObs:
        """Begin new episodes in all environments."""
        observations = self.venv.reset()
        self._observations = _copy(observations)
        return observations

    def resume_at(self, observations: Observations) -> None:
        """Go on where the environments were restored to show ``observations``."""
        self._observations = _copy(observations)

    def step_async(self, actions: Array) -> None:
        """Send the actions to the environments."""
        self._actions = np.array(actions)  # environments may change the array that they are given
        self.venv.step_async(actions)

    def step_wait(self) -> VecEnvStepReturn:
        """Finish the step and predict its rewards."""
        observations, true_rewards, dones, infos = self.venv.step_wait()
        infos = each_info(infos, self.num_envs)
        step = self._step(observations, true_rewards, dones, infos)
        rewards = _predict(self.reward_function, step)
        self.paid = rewards.copy()  # an agent may change its rewards
        infos = [
            with_rewards(info, true_reward=true_reward)
            for info, true_reward in zip(infos, true_rewards.tolist(), strict=True)
        ]
        return observations, rewards, dones, infos

    def _step(
        self, observations: VecEnvObs, true_rewards: Array, dones: Array, infos: Any
    ) -> Transitions:
        """Return the step of which the rewards are predicted."""
        seen = _copy(observations)  # so that the function never gets what the agent will see
        step = vec_step(self._observations, self._actions, seen, true_rewards, dones, infos)
        self._observations = seen
        return step.transitions

    def __repr__(self) -> str:
        """Return the stack of wrappers, outermost first."""
        return f"<{type(self).__name__}{self.venv}>"


def with_rewards(info: Mapping[str, Any], **rewards: float) -> dict[str, Any]:
    """Return a copy of an info in which rewards are noted, and shown by names that are not taken.

    >>> with_rewards({"true_reward": "a word of the environment"}, true_reward=1.0)["true_reward"]
    'a word of the environment'
    """
    return {**rewards, **noted(info, **rewards)}


def _predict(reward_function: RewardFunction, transitions: Transitions) -> npt.NDArray[np.float32]:
    given, n = reward_function(transitions), len(transitions)
    try:
        rewards = np.array(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the reward function must return numbers, but returned {given!r}"
        ) from error
    if rewards.shape != (n,):
        raise ValueError(
            f"the reward function returned an array of shape {rewards.shape} for {n} "
            f"steps; it must return one reward a step, shape ({n},)"
        )
    if not np.isfinite(rewards).all():
        raise ValueError(
            f"the reward function returned {rewards[~np.isfinite(rewards)][0]}, but an agent can "
            "only learn from finite rewards"
        )
    return rewards


def _copy(observations: Any) -> Any:
    # A VecEnv may write its next observations into the arrays it returned.
    return map_leaves(np.array, observations)
