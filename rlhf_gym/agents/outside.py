"""OutsideWrappers: what lies between the learned reward and an agent that predicts it again."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from rlhf_gym.agents.random_states import kept_random_states
from rlhf_gym.agents.relabelling import restore_observations
from rlhf_gym.clips.observations import Array, leaves, map_leaves
from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

__all__ = ["OutsideWrappers"]

CHANGES = (1.0, -7.0, 100.0)
"""Changes of a learned reward, with which it is tried what wrappers make of it."""


class OutsideWrappers:
    """Checks that an off-policy agent stores what its rewards can be predicted from again.

    They are predicted again from the stored observations and actions whenever a batch is sampled.
    So wrappers between the learned reward and the agent may add to the reward (a bonus, an
    intrinsic reward), which is kept, but not scale or clip it, nor change observations or actions.
    VecNormalize may be the outermost: stable-baselines3 stores what it was given.
    """

    def __init__(
        self, agent: OffPolicyAlgorithm, recorder: ClipRecorder, wrapper: VecLearnedReward
    ) -> None:
        """Look at the wrappers around ``wrapper``, which has the recorder inside."""
        assert agent.env is not None
        self._agent, self._recorder, self._wrapper = agent, recorder, wrapper
        self._restore = restore_observations(agent.observation_space, recorder.observation_space)
        around = list(wrappers_of(agent.env))
        around = around[: [each is wrapper for each in around].index(True)]
        self._normalize: Any = agent.get_vec_normalize_env()
        inner = 0 if self._normalize is None else around.index(self._normalize) + 1
        self._outside, self._between = around[: max(inner - 1, 0)], around[inner:]
        self._tried = self._adds = False

    def check(self, step: Mapping[str, Any]) -> None:
        """Check a step that the agent is about to store.

        Args:
            step: local variables of the agent's rollout after it, by stable-baselines3's names.

        Raises:
            ValueError: if a wrapper changes what cannot be predicted again; it says which.
        """
        rewards = step["rewards"]
        if self._outside:
            normalised = self._normalize.normalize_reward(self._normalize.old_reward)
            if not _alike(normalised, rewards):
                raise _refusal(self._outside, "changes the reward outside VecNormalize")
        if not self._between:
            return
        newest = self._recorder.newest
        assert newest is not None
        before = leaves(self._seen_before())
        if not all(map(_alike, before, leaves(newest.observations))):
            raise _refusal(self._between, "changes observations")
        if not _alike(step["actions"], newest.actions):
            raise _refusal(self._between, "changes actions")
        if not self._tried:
            self._tried, self._adds = True, self._only_adds(step)
        if not self._adds and not _alike(self._rewards(step), self._wrapper.paid):
            raise _refusal(self._between, "changes the reward, and not by adding to it")

    def _seen_before(self) -> Any:
        """Return the observations before the step as the agent stores them, in the model's form."""
        agent, envs = self._agent, np.arange(self._recorder.num_envs)
        seen: Any = agent._last_obs if self._normalize is None else agent._last_original_obs
        return self._restore(map_leaves(lambda leaf: leaf[None], seen), np.zeros_like(envs), envs)

    def _rewards(self, step: Mapping[str, Any]) -> Array:
        """Return the rewards that the agent stores."""
        found: Array = step["rewards"] if self._normalize is None else self._normalize.old_reward
        return found

    def _only_adds(self, step: Mapping[str, Any]) -> bool:
        """Try on copies of the wrappers whether the reward is only added to.

        Raises:
            ValueError: if it is not.
        """
        paid = self._wrapper.paid
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = [self._repeated(step, paid + change) for change in (0.0, *CHANGES)]
        except Exception:  # a wrapper may hold anything; then it must not change the reward
            return False
        if all(
            _alike(found[0] + change, one) for change, one in zip(CHANGES, found[1:], strict=True)
        ):
            return True
        raise _refusal(self._between, "changes the reward, and not by adding to it")

    def _repeated(self, step: Mapping[str, Any], paid: Array) -> Array:
        """Return what copies of the wrappers make of a step that pays other rewards."""
        infos = copy.deepcopy(step["infos"])
        outcome = (self._recorder.observations, paid.astype(np.float32), step["dones"], infos)
        venv: VecEnv = _Repeated(self._wrapper, copy.deepcopy(outcome))
        copies: dict[int, Any] = {id(self._wrapper): venv}
        for wrapper in reversed(self._between):
            copies[id(wrapper)] = venv = _copied(wrapper, venv, copies)
        with kept_random_states(self._agent):
            return np.array(venv.step(step["actions"])[1])


class _Repeated(VecEnvWrapper):
    """Shows one step again and again."""

    def __init__(self, venv: VecEnv, outcome: VecEnvStepReturn) -> None:
        super().__init__(venv)
        self._outcome = outcome

    def reset(self) -> VecEnvObs:
        return self._outcome[0]

    def step_async(self, actions: Array) -> None:
        """Do nothing."""

    def step_wait(self) -> VecEnvStepReturn:
        return self._outcome


def _copied(wrapper: VecEnvWrapper, venv: VecEnv, copies: dict[int, Any]) -> VecEnvWrapper:
    """Return a copy of a wrapper around ``venv``; wrappers inside it have their copies already."""
    found = type(wrapper).__new__(type(wrapper))
    copies[id(wrapper)] = found
    shared = {"venv": venv, "class_attributes": wrapper.class_attributes}
    state = {name: value for name, value in vars(wrapper).items() if name not in shared}
    vars(found).update(copy.deepcopy(state, copies), **shared)
    return found


def _alike(one: Any, other: Any) -> bool:
    one, other = np.asarray(one), np.asarray(other)
    return np.array_equal(one, other) or np.allclose(one, other, rtol=1e-3, atol=1e-4)


def _refusal(wrappers: Sequence[VecEnvWrapper], what: str) -> ValueError:
    names = ", ".join(type(wrapper).__name__ for wrapper in wrappers)
    return ValueError(
        f"{names} outside feedback.wrap(...) {what}. The rewards of an off-policy agent are "
        "predicted again whenever they are sampled, for which only VecNormalize, as the outermost, "
        "and what adds to the reward may lie there: put others inside, feedback.wrap(...(venv)), "
        "or train with an on-policy algorithm such as PPO"
    )
